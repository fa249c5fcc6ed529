"""Components of the serverless platform: workloads, and the resources that they are made of.

Nothing is imported here: a program imports the module of the component that it uses, and pays for that alone.
"""

"""Policy documents: where they are (`places`), what they say (`model`), and whom and what they reach, judged by trying it.

A pattern is judged by what it matches, not by how it is written: a stranger's account, role or resource is invented, and the
document is asked whether it lets that in. A condition that only seems to narrow (`IfExists`, `*`, somebody else's account) is met
by the stranger, as it would be at AWS.
"""

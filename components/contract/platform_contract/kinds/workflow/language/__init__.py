"""Amazon States Language, as far as a text shows without running it: paths, intrinsic functions, fields of states, and how states lead on.

Source: states-language.net, the specification; Step Functions guide, where it says what the service does besides. No library was found that
reads its paths: they are those of Jayway's JsonPath, which RFC 9535 is not (`$.delivery-partner`). cfn-lint's schema of state machines names
fields and types only, and holds a path for right if it begins with `$`.
"""

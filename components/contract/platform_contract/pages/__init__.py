"""Reference, runbooks and reports that are generated from models, manifests and plans."""

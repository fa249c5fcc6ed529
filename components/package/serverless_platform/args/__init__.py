"""Arguments of the components, generated from the models of the contract by `make docs`."""

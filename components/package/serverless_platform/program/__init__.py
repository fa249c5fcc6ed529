"""What only our own program needs: reading the project, bundles, layers, provider, exports, and the policy pack that has to be there."""

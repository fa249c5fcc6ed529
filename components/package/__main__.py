"""Hosts the components for programs in any Pulumi language: `pulumi package add components/package`."""

import os.path
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Import as the platform's own program does; the contract is installed with the package, or lies beside it in a checkout.
sys.path[0] = HERE
sys.path.append(os.path.join(os.path.dirname(HERE), "contract"))

from pulumi.provider.experimental import component_provider_host  # noqa: E402

from serverless_platform.published import NAME, PUBLISHED, VERSION  # noqa: E402

if __name__ == "__main__":
    component_provider_host(PUBLISHED, NAME, version=VERSION)

"""Audiences of others whose tokens open far more than s3vend lends: clouds and clusters.

The core and the client have this same file, and a test compares the two. Where the names come from:

- AWS's domains: the partitions in botocore's data; a test compares them.
- AWS STS: https://docs.aws.amazon.com/general/latest/gr/sts.html; ``amazonaws.com`` is the default
  of kOps, ``openshift`` that of OpenShift's tokens for STS; ``urn:amazon:webservices`` is old.
- Kubernetes: ``--api-audiences``, by default the cluster's issuer; besides that the values of k3s,
  RKE, Gardener and k0s, and ``api``, which old manuals recommend.
- Google Cloud and Entra ID exchange tokens for access as STS does.
"""

import re

AWS = (
    *("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws"),
    *("api.amazonwebservices.com.cn", "api.amazonwebservices.eu"),
    *("c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud"),
    *("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
)
STS, CLUSTER, GOOGLE, ENTRA = (
    "AWS STS",
    "a cluster's API server",
    "Google Cloud",
    "Microsoft Entra's token exchange",
)
WORDS = {
    "openshift": STS,
    **dict.fromkeys(
        ("api", "k3s", "rke", "rke2", "unknown", "gardener", "kube-apiserver"), CLUSTER
    ),
    "system:konnectivity-server": CLUSTER,
    "6dae42f8-4368-4678-94ff-3960e28e3630": CLUSTER,  # AKS's own application in Entra ID
}

_AWS = "@aws"  # any of these domains, in a name below; no host has an @
_HOSTS = (
    (STS, rf"(?:.*\.)?sts(?:-fips)?(?:\..*)?\.{_AWS}|{_AWS}|urn:amazon:webservices(?::.*)?"),
    (CLUSTER, rf"(?:.*\.)?(?:eks|eks-auth|eks-cluster|oidc-eks)(?:\..*)?\.{_AWS}"),
    (CLUSTER, r"kubernetes|(?:kubernetes|openshift)\.default(?:\..*)?"),
    (CLUSTER, r"container\.googleapis\.com|(?:.*\.)?gke\.goog"),
    (CLUSTER, r"(?:.*\.)?(?:azmk8s\.(?:io|us)|azk8s\.cn|prod-aks\.azure\.(?:com|us|cn))"),
    (CLUSTER, r"(?:.*\.)?(?:k8s\.ondigitalocean\.com|linodelke\.net|k8s\.ovh\.net)"),
    (CLUSTER, r"(?:.*\.)?api\.k8s\.[a-z-]+\.scw\.cloud"),
    (GOOGLE, r"(?:.*\.)?(?:googleapis\.com|id\.goog)"),
    (ENTRA, r"azureadtokenexchange.*"),
)
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//")


def whose_audience(audience: str, issuer: object = None) -> str | None:
    """Return who accepts tokens for this audience, if a token for it must not reach s3vend.

    A token whose audience is its own issuer is for the issuer: for a cluster, its API server.
    """
    text = audience.strip().lower().rstrip("/")
    if isinstance(issuer, str) and text == issuer.strip().lower().rstrip("/"):
        return "its issuer itself"
    if text in WORDS:
        return WORDS[text]
    host = re.split("[/?#]", _SCHEME.sub("", text, count=1), maxsplit=1)[0].rpartition("@")[2]
    name = re.sub(r":[0-9]*$", "", host).rstrip(".")
    domain = next((one for one in AWS if f".{name}".endswith(f".{one}")), None)
    name = name if domain is None else f"{name.removesuffix(domain)}{_AWS}"
    return next((who for who, pattern in _HOSTS if re.fullmatch(pattern, name)), None)

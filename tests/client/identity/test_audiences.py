"""Audiences of others: which texts mean AWS STS, a cluster or another cloud's token exchange."""

import pytest

from s3vend.identity.audiences import CLUSTER, ENTRA, GOOGLE, STS, whose_audience


@pytest.mark.invariant(15)
@pytest.mark.parametrize(
    ("who", "audiences"),
    [
        (
            STS,
            """sts.amazonaws.com https://sts.amazonaws.com https://sts.amazonaws.com/ sts.amazonaws.com:443
            STS.AmazonAWS.com sts.amazonaws.com. https://sts.amazonaws.com/path?x#y //sts.amazonaws.com
            https://user@sts.amazonaws.com http://sts.amazonaws.com sts.eu-west-1.amazonaws.com
            sts.us-gov-west-1.amazonaws.com sts-fips.us-east-1.amazonaws.com sts.amazonaws.com.cn
            sts.cn-north-1.amazonaws.com.cn sts.eu-west-1.api.aws sts-fips.us-east-1.api.aws
            sts.cn-north-1.api.amazonwebservices.com.cn sts.us-iso-east-1.c2s.ic.gov
            sts.us-isob-east-1.sc2s.sgov.gov sts.eusc-de-east-1.amazonaws.eu
            sts.eu-isoe-west-1.cloud.adc-e.uk sts.us-isof-south-1.csp.hci.ic.gov
            vpce-0123-abcd.sts.eu-west-1.vpce.amazonaws.com amazonaws.com amazonaws.com.cn
            vpce-0123-abcd-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com openshift
            urn:amazon:webservices urn:amazon:webservices:govcloud""",
        ),
        (
            CLUSTER,
            """https://kubernetes.default.svc https://kubernetes.default.svc:443 kubernetes.default.svc
            https://kubernetes.default.svc.cluster.local https://kubernetes.default.svc.cluster.local/
            https://kubernetes.default.svc.corp.internal kubernetes.default kubernetes https://kubernetes
            openshift.default.svc api k3s rke rke2 unknown gardener K3S kube-apiserver
            system:konnectivity-server pods.eks.amazonaws.com
            https://oidc.eks.eu-west-1.amazonaws.com/id/0123 https://0123.gr7.eu-west-1.eks.amazonaws.com
            https://oidc-eks.eu-west-1.api.aws/id/0123 https://0123.eks-cluster.eu-west-1.api.aws
            https://container.googleapis.com/v1/projects/p/locations/l/clusters/c
            https://gke-0123.europe-west1.gke.goog https://c-0123.hcp.eastus.azmk8s.io:443
            https://eastus.oic.prod-aks.azure.com/tenant/id/ c-0123.hcp.chinaeast2.cx.prod.service.azk8s.cn
            6dae42f8-4368-4678-94ff-3960e28e3630 https://0123.k8s.ondigitalocean.com
            https://0123.eu-central-1.linodelke.net:443 https://0123.api.k8s.fr-par.scw.cloud:6443""",
        ),
        (
            GOOGLE,
            """https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q
            //iam.googleapis.com/projects/1 https://sts.googleapis.com p.svc.id.goog""",
        ),
        (
            ENTRA,
            "api://AzureADTokenExchange api://AzureADTokenExchangeUSGov api://azureadtokenexchange/",
        ),
    ],
)
def test_audiences_of_others_are_known_in_all_their_spellings(who: str, audiences: str) -> None:
    found = {audience: whose_audience(audience) for audience in audiences.split()}
    assert found == dict.fromkeys(found, who)


@pytest.mark.parametrize(
    "audience",
    [
        *(
            "https://vend.example.com",
            "https://vend.example.com/v1",
            "s3vend",
            "http://127.0.0.1:4566/v1",
        ),
        *("https://abc123.execute-api.ap-northeast-1.amazonaws.com/v1", "https://api/v1", "my-api"),
        *("https://sts.example.com", "https://sts.amazonaws.com.example.com", "notamazonaws.com"),
        *(
            "https://vend.example.com/sts.amazonaws.com",
            "https://kubernetes.example.com",
            "k3s.example.com",
        ),
        *("66666666-7777-8888-9999-000000000000", "api://66666666-7777-8888-9999-000000000000"),
        *(
            "https://vpce-0.execute-api.eu-west-1.vpce.amazonaws.com",
            "1h57kf5cpq17m0eml12EXAMPLE",
            "",
        ),
    ],
)
def test_other_audiences_are_nobody_s_that_is_known(audience: str) -> None:
    assert whose_audience(audience) is None


@pytest.mark.parametrize(
    "issuer", ["https://i.example.com/c", "https://i.example.com/c/", "HTTPS://I.example.com/c"]
)
def test_an_issuer_s_own_url_is_the_issuer_s_audience(issuer: str) -> None:
    assert whose_audience("https://i.example.com/c", issuer) == "its issuer itself"
    assert whose_audience("https://i.example.com/other", issuer) is None

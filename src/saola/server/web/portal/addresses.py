"""Where each part of a dossier is filled in."""

from django.urls import reverse

from saola.server.dossiers.models import Dossier

ADDRESSES = {
    "dang-ky": "registration",
    "chu-the": "producer",
    "san-pham": "product",
    "ket-qua": "results",
    "ke-hoach": "plan",
    "thay-doi": "updates",
}


def address_of(dossier: Dossier, key: str) -> str:
    """Path of a part's page; the task list for anything else."""
    names = {part: name for name, part in ADDRESSES.items()}
    if key in names:
        return reverse("portal:part", args=[dossier.pk, names[key]])
    pages = {"evidence": "portal:evidence", "check": "portal:file", "file": "portal:file"}
    if key == "assessment":
        first = dossier.criteria_set.parts[0].groups[0].id
        return reverse("portal:assessment-group", args=[dossier.pk, first])
    return reverse(pages.get(key, "portal:dossier"), args=[dossier.pk])

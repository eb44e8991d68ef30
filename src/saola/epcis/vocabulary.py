"""Words of CBV 2.0 as web addresses: bare words of JSON, URNs of EPCIS 1, prefixes."""

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"
# what a bare word in this field stands for
FIELDS = {
    "bizStep": CBV + "BizStep-",
    "disposition": CBV + "Disp-",
    "bizTransaction": CBV + "BTT-",
    "source": CBV + "SDT-",
    "destination": CBV + "SDT-",
    "component": CBV + "Comp-",
    "sensorReport": VOC,
    "exception": VOC,
    "reason": CBV + "ER-",
}
URNS = {
    "urn:epcglobal:cbv:bizstep:": CBV + "BizStep-",
    "urn:epcglobal:cbv:disp:": CBV + "Disp-",
    "urn:epcglobal:cbv:btt:": CBV + "BTT-",
    "urn:epcglobal:cbv:sdt:": CBV + "SDT-",
    "urn:epcglobal:cbv:er:": CBV + "ER-",
    "urn:epcglobal:cbv:inchikey:": "https://identifiers.org/inchikey:",
}
PREFIXES = {"gs1:": VOC, "cbv:": CBV}


def on_the_web(text: str, field: str = "") -> str:
    """The web address of a word; what is none of ours stays as it is. `field` tells what a bare
    word stands for."""
    if ":" not in text:
        return FIELDS[field] + text if field in FIELDS else text
    for short, whole in (URNS if text.startswith("urn:epcglobal:cbv:") else PREFIXES).items():
        if text.startswith(short):
            return whole + text[len(short) :]
    return text

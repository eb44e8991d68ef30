"""Names that reading and writing of EPCIS share, and what is said of content that is none."""

EVENTS = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)
LISTS = {"epcList", "inputEPCList", "outputEPCList", "childEPCs", "correctiveEventIDs"}
PAIRS = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
WRAPPERS = {"extension", "baseExtension"}  # of EPCIS 1
# what the entries of a list are called in XML
ENTRIES = {
    **dict.fromkeys(("epcList", "inputEPCList", "outputEPCList", "childEPCs"), ("epc",)),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
        ("quantityElement",),
    ),
    **{name: (entry,) for name, entry in PAIRS.items()},
    "correctiveEventIDs": ("correctiveEventID",),
    "sensorElementList": ("sensorElement",),
    "persistentDisposition": ("set", "unset"),
}


class NotEpcis(ValueError):
    """The content is no EPCIS document; the message says why, `path` where."""

    def __init__(self, reason: str, path: str = "") -> None:
        self.reason, self.path = reason, path
        super().__init__(f"{path}: {reason}" if path else reason)

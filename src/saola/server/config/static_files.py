"""Static files under names with their hash, in the imports of browser modules too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As WhiteNoise does, and `import … from "./other.js"` leads to the hashed name."""

    support_js_module_import_aggregation = True

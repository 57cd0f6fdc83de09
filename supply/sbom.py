"""`make sbom`: the bill of materials in CycloneDX, from the lock files alone; the same files give the same bytes."""

import hashlib
import json
import sys
import tomllib
import uuid
from pathlib import Path

from supply.locks import ROOT, Package, packages


def bill(root: Path = ROOT) -> dict[str, object]:
    """Give the bill as CycloneDX 1.6 has it, without time or machine; its serial number follows from what it lists."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = [_component(package) for package in packages(root)]
    listed = hashlib.sha256(json.dumps(components).encode()).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, listed)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
    }


def _component(package: Package) -> dict[str, object]:
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": package.scope,
        "hashes": [{"alg": algorithm, "content": content} for algorithm, content in sorted(package.digests)],
        "purl": package.purl,
    }


def main() -> None:
    """Write the bill to the file named."""
    made = bill()
    Path(sys.argv[1]).write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    listed = packages()
    required = sum(package.scope == "required" for package in listed)
    print(f"{sys.argv[1]}: {len(listed)} packages, {required} of them in the running service or its build.")


if __name__ == "__main__":
    main()

import json
import os
import platform

from weibo_nlp.provenance import described, hardware


def test_this_machine_is_described_ready_for_json():
    found = hardware()
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {"processor", "cores", "memory_gb", "system", "python"}
    assert found["python"] == platform.python_version()
    assert 1 <= found["cores"] <= (os.cpu_count() or 1)
    assert found["processor"]
    assert found["memory_gb"] is None or 0 < found["memory_gb"] < 1e6


def test_a_machine_fits_on_one_line():
    machine = {"processor": "Abacus 3", "cores": 1, "memory_gb": 4.0, "system": "Linux 6", "python": "3.12.1"}
    assert described(machine) == "Abacus 3, 1 core, 4 GB, Linux 6, Python 3.12.1"
    assert described(machine | {"cores": 8, "memory_gb": None}).startswith("Abacus 3, 8 cores, memory unknown,")

"""Generates the Python code of the contract while a wheel is built, so that none of it is committed."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.requirements import Requirement

CONTRACT = ["slimmer_grpc/main.proto", "slimmer_grpc/reader.proto"]
ERROR_DETAILS = "slimmer_grpc/error_details.proto"


class GenerateCode(BuildHookInterface):
    """Runs protoc into a temporary folder, from which hatchling takes the files into the wheel."""

    def initialize(self, version, build_data):
        if version == "editable":
            raise RuntimeError(
                "slimmer-grpc can't be installed as editable: its generated code is in no folder of the sources. "
                "Install it without -e."
            )
        self.folder = tempfile.mkdtemp(prefix="slimmer-grpc-")
        try:
            package = self.generate()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        for file in sorted(package.iterdir()):
            build_data["force_include"][str(file)] = f"slimmer_grpc/{file.name}"

    def generate(self):
        protos = Path(self.root)
        for file in CONTRACT:
            protoc(protos, self.folder, file, "python", "pyi", "grpc_python")
        protoc(protos / "python", self.folder, ERROR_DETAILS, "python", "pyi")
        package = Path(self.folder, "slimmer_grpc")
        require_bounds(package, self.metadata.core.dependencies)
        return package

    def finalize(self, version, build_data, artifact_path):
        shutil.rmtree(self.folder)


def protoc(include, out, file, *languages):
    outs = [f"--{language}_out={out}" for language in languages]
    # As a module, it adds the folder of google/protobuf/*.proto itself.
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={include}", *outs, file]
    subprocess.run(command, check=True)


def require_bounds(package, dependencies):
    """The generated code refuses older runtimes, and protobuf promises one major version more than its own."""
    stub = (package / "main_pb2_grpc.py").read_text()
    messages = (package / "main_pb2.py").read_text()
    grpcio = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", stub)[1]
    numbers = re.search(r"Domain\.PUBLIC,\s*(\d+),\s*(\d+),\s*(\d+)", messages).groups()
    protobuf = f">={'.'.join(numbers)},<{int(numbers[0]) + 2}"
    needed = [f"grpcio>={grpcio}", f"protobuf{protobuf}"]
    if set(map(Requirement, dependencies)) != set(map(Requirement, needed)):
        raise RuntimeError(
            f"dependencies in pyproject.toml must be {needed}, as the generated code demands"
        )

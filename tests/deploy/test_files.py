"""The files in `deploy/` are right, by the programs that read them, and name settings that there are."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from huggingface_hub import metadata_load
from streamlit import config as streamlit_config

from mnist_core.settings import Settings
from tests.programs import need
from tests.proxies import nginx_command
from tests.serving import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REPLICAS = ("app-1", "app-2")
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and path.name != ".env"]
OBJECTS = [found for path in MANIFESTS for found in yaml.safe_load_all(path.read_text())]


@pytest.fixture(scope="module")
def passwords(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what `make up` writes into ``.env``, from the same example."""
    folder = tmp_path_factory.mktemp("env")
    (folder / "deploy").mkdir()
    (folder / "deploy" / ".env.example").write_text((DEPLOY / ".env.example").read_text())
    command = ["make", "-s", "-C", str(folder), "-f", str(ROOT / "Makefile"), "deploy/.env"]
    subprocess.run(command, check=True)
    made = folder / "deploy" / ".env"
    assert made.stat().st_mode & 0o077 == 0
    subprocess.run(command, check=True)
    values = dict(re.findall(r"^(\w+)=(.*)$", made.read_text(), re.MULTILINE))
    return values | {"file": str(made)}


def object_of(kind: str) -> dict[str, Any]:
    (found,) = [found for found in OBJECTS if found["kind"] == kind]
    return found


# settings


def test_every_setting_that_a_file_names_is_one() -> None:
    known = {f"MNIST_LAB_{name.upper()}" for name in Settings.model_fields}
    known |= {option.env_var for option in streamlit_config.get_config_options().values()}
    for path in (*FILES, ROOT / "docs" / "share.md"):
        named = set(re.findall(r"\b(?:MNIST_LAB|STREAMLIT)_[A-Z_]+\b", path.read_text()))
        assert named <= known, path


def test_every_value_that_a_file_gives_is_taken(monkeypatch: pytest.MonkeyPatch, passwords: dict[str, str]) -> None:
    secret, more = object_of("Secret")["stringData"], object_of("ConfigMap")["data"]
    compose = {name: filled(value, passwords) for name, value in SERVICES["app-1"]["environment"].items()}
    space = dict(re.findall(r"(MNIST_LAB_\w+)=(\S+)", (DEPLOY / "space" / "settings.Dockerfile").read_text()))
    for environment in (secret | more, compose, space):
        with monkeypatch.context() as changed:
            for name, value in environment.items():
                changed.setenv(name, value)
            settings = Settings()
            given = {name.removeprefix("MNIST_LAB_").lower() for name in environment if name.startswith("MNIST_LAB_")}
            assert given <= settings.model_fields_set


def filled(text: str, values: dict[str, str]) -> str:
    """Return a value of compose.yaml as an engine reads it."""
    return re.sub(r"\$\{(\w+)(?::?-)?([^}]*)\}", lambda found: values.get(found[1], found[2]), text)


# compose


def test_the_passwords_are_made_up_and_all_different(passwords: dict[str, str]) -> None:
    secrets = re.findall(r"^(\w+)=secret$", (DEPLOY / ".env.example").read_text(), re.MULTILINE)
    assert len(secrets) > 4
    assert all(re.fullmatch("[0-9a-f]{64}", passwords[name]) for name in secrets)
    assert len({passwords[name] for name in secrets}) == len(secrets)


def test_compose_takes_its_file(passwords: dict[str, str]) -> None:
    program = need("docker-compose", "docker-compose")
    command = [program, "-f", str(DEPLOY / "compose.yaml"), "--env-file", passwords["file"], "config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stderr.upper()
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)
    on_demand = {name for name, service in SERVICES.items() if service.get("profiles") == ["ray"]}
    assert on_demand == {"ray-head", "ray-worker"}


def test_the_lines_for_ray_give_a_cluster_that_the_replicas_train_in(passwords: dict[str, str], tmp_path: Path) -> None:
    lines = Path(passwords["file"]).read_text().replace("MNIST_LAB_SLOTS=1", "MNIST_LAB_SLOTS=")
    chosen, times = re.subn(r"^#(\w+=)", r"\1", lines, flags=re.MULTILINE)
    assert times == 5
    (tmp_path / ".env").write_text(chosen)
    program = need("docker-compose", "docker-compose")
    command = [program, "-f", str(DEPLOY / "compose.yaml"), "--env-file", str(tmp_path / ".env"), "config"]
    services = yaml.safe_load(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["services"]
    assert set(services) == set(SERVICES)
    app, head, worker = (services[name] for name in ("app-1", "ray-head", "ray-worker"))
    assert app["build"]["args"]["REQUIREMENTS"] == "requirements-cpu.txt requirements-ray.txt"
    settings = app["environment"]
    assert (settings["MNIST_LAB_ENGINE"], settings["MNIST_LAB_SLOTS"]) == ("ray", "")
    assert settings["MNIST_LAB_RAY_ADDRESS"].removeprefix("ray://ray-head:") in head["command"]
    assert "ray-head:6379" in worker["command"]
    assert worker["deploy"]["replicas"] == 2
    for service in (head, worker):
        assert {**settings, **service["environment"]} == settings | {"MNIST_LAB_HOME": "/data"}


def test_no_password_has_a_default_that_everybody_knows() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("TOKEN|SECRET|PASSWORD|DATABASE_URL|MNIST_LAB_SECRET_KEY", name):
                assert re.search(r"\$\{\w+:\?", value), name


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["environment"]["LAB_REPLICAS"].split() == [f"{name}:8501" for name in REPLICAS]


def test_replicas_differ_in_their_data_only_and_may_do_little() -> None:
    first, second = ({k: v for k, v in SERVICES[name].items() if k != "volumes"} for name in REPLICAS)
    assert first == second
    assert first["read_only"]
    assert first["cap_drop"] == ["ALL"]
    assert len({tuple(SERVICES[name]["volumes"]) for name in REPLICAS}) == 2
    for name, how in first["depends_on"].items():
        assert how == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[name]
    assert {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]} >= set(
        COMPOSE["volumes"]
    )


# Kubernetes


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_takes_its_manifests(path: Path) -> None:
    for found in yaml.safe_load_all(path.read_text()):
        if "ray.io" not in found["apiVersion"]:
            kubernetes_validate.validate(found, kubernetes_validate.latest_version(), strict=True)


def test_what_the_manifests_name_is_there() -> None:
    pod = object_of("Deployment")["spec"]["template"]
    container = pod["spec"]["containers"][0]
    for other in ("Service", "PodDisruptionBudget"):
        selector = object_of(other)["spec"]["selector"]
        assert selector.get("matchLabels", selector) == pod["metadata"]["labels"]
    assert {source[kind]["name"] for source in container["envFrom"] for kind in source} == {
        object_of("ConfigMap")["metadata"]["name"],
        object_of("Secret")["metadata"]["name"],
    }
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["spec"]["volumes"]
    }
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
    paths = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert paths == {"startup": "/lab/health", "liveness": "/lab/health", "readiness": "/lab/ready"}
    assert pod["spec"]["enableServiceLinks"] is False
    annotations = object_of("Ingress")["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"] == "86400"


# proxies, systemd, Spaces


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    done = subprocess.run(
        [*nginx_command(tmp_path, [8501, 8502], 8443), "-t"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.parametrize("site", ["localhost", "lab.example.org"])
def test_caddy_takes_its_example(site: str, tmp_path: Path) -> None:
    variables = os.environ | {"LAB_SITE": site, "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [need("caddy", "caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"level":"warn"' not in done.stderr
    same = subprocess.run([command[0], "fmt", str(DEPLOY / "Caddyfile")], capture_output=True, text=True, check=False)
    assert same.stdout == (DEPLOY / "Caddyfile").read_text()


def test_systemd_takes_its_unit(tmp_path: Path) -> None:
    program, text = need("systemd-analyze", "systemd"), (DEPLOY / "systemd" / "mnist-lab.service").read_text()
    unit = tmp_path / "mnist-lab.service"
    # Where there is a program to start, which systemd looks for.
    bin_folder = str(Path(sys.executable).parent)
    unit.write_text(text.replace("/opt/mnist-lab/.venv/bin", bin_folder).replace("/opt/mnist-lab", str(ROOT)))
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "mnist-lab.service" not in done.stderr  # complaints name it


def test_a_space_has_all_that_its_image_takes(tmp_path: Path) -> None:
    facts = metadata_load(DEPLOY / "space" / "README.md")
    assert facts is not None
    assert facts["sdk"] == "docker"
    assert len(facts["short_description"]) <= 60  # more is refused
    settings = (DEPLOY / "space" / "settings.Dockerfile").read_text()
    assert f"PORT={facts['app_port']} " in settings
    for color in (facts["colorFrom"], facts["colorTo"]):
        assert color in {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}

"""Real proxies before several dashboards, with the example files as they are in `deploy/`."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import requests

from tests.programs import need
from tests.serving import ROOT, free_port
from tests.waiting import wait_until

NGINX, CADDY = ROOT / "deploy" / "nginx.conf", ROOT / "deploy" / "Caddyfile"
_NGINX_AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; add_header X-Replica $upstream_addr;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/example.conf;
}}
"""
# Nothing of it stays on this computer, nor does its certificate count here.
_CADDY_BEFORE = """
{{
	admin off
	skip_install_trust
	auto_https disable_redirects
	storage file_system {folder}/storage
}}
"""


def nginx_command(folder: Path, ports: Sequence[int], listen: int, path: str = "/") -> list[str]:
    """Write nginx's files for the example with other ports and a certificate of its own; return the command."""
    certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lab.example.org"]
    made = [need("openssl", "openssl"), *certificate, "-keyout", "lab.key", "-out", "lab.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    text = NGINX.read_text()
    for old, new in (
        ("127.0.0.1:8501", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8502", f"127.0.0.1:{ports[1]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{listen} ssl"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
        ("/etc/ssl/certs/lab.example.org.pem", f"{folder}/lab.pem"),
        ("/etc/ssl/private/lab.example.org.key", f"{folder}/lab.key"),
        ("location / {", f"location {path} {{"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "example.conf").write_text(text)
    (folder / "nginx.conf").write_text(_NGINX_AROUND.format(folder=folder))
    return [need("nginx", "nginx-light"), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


def caddy_command(folder: Path) -> list[str]:
    """Write Caddy's file for the example; return the command, which reads LAB_SITE and LAB_REPLICAS."""
    last = "flush_interval -1"
    example = CADDY.read_text()
    assert example.count(last) == 1, last
    example = example.replace(last, f"{last}\n\t\theader_down X-Replica {{http.reverse_proxy.upstream.hostport}}")
    (folder / "Caddyfile").write_text(_CADDY_BEFORE.format(folder=folder).strip() + "\n" + example)
    return [need("caddy", "caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@contextlib.contextmanager
def running_proxy(name: str, folder: Path, ports: Sequence[int], path: str = "") -> Iterator[str]:
    """Start nginx or Caddy before two replicas, and return its address; it speaks HTTPS.

    Parameters
    ----------
    name : {"nginx", "caddy"}
    folder : Path
        For its files.
    ports : sequence of int
        Where the replicas listen on this computer.
    path : str
        Below which they lie, such as ``"/lab"``.
    """
    port = free_port()
    variables = {
        "LAB_SITE": f"https://localhost:{port}",
        "LAB_REPLICAS": " ".join(f"127.0.0.1:{port}" for port in ports),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = nginx_command(folder, ports, port, f"{path}/") if name == "nginx" else caddy_command(folder)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | variables, stdout=output, stderr=subprocess.STDOUT)
    url = f"https://localhost:{port}{path}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "output").read_text()
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{url}/lab/health", timeout=60, verify=False).ok
        return False

    try:
        wait_until(answers, 240, name)
        yield url
    finally:
        process.terminate()
        process.wait(60)

"""A real nginx before a dashboard, as the README describes it: with or without TLS, with or without a path."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.programs import need
from tests.serving import free_port
from tests.waiting import wait_until

_MAIN = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; client_max_body_size 0;
  {certificate}
  {servers}
}}
"""
_SERVER = """
  server {{
    listen {address}:{port}{tls};
    location {path}/ {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      {prefix}
      proxy_read_timeout 86400;
      proxy_buffering off;
    }}
  }}
"""
_OTHER_SITE = """
  server {{
    listen 127.0.0.1:{port}{tls};
    server_name {name};
    location / {{ default_type text/html; return 200 '{html}'; }}
  }}
"""


@contextlib.contextmanager
def running_nginx(
    folder: Path,
    upstream: str,
    *,
    path: str = "",
    address: str = "127.0.0.1",
    tls: bool = False,
    frame: tuple[str, str] | None = None,
) -> Iterator[str]:
    """Start nginx and return its address without a slash at the end; end it afterwards.

    Parameters
    ----------
    folder : Path
        For its files.
    upstream : str
        What it passes requests on to; with a slash at its end the path is taken away.
    path : str
        Path below which it serves the dashboard, such as ``"/x"``.
    address : str
        What it listens on, ``"[::1]"`` for IPv6.
    tls : bool
        Whether it speaks HTTPS, with a certificate that is made for it.
    frame : tuple of str, optional
        Names of other sites that it serves too, and that of the dashboard: a page with the dashboard in a frame.
    """
    port, nginx = free_port(), need("nginx", "nginx-light")
    certificate, secure = "", " ssl" if tls else ""
    if tls:
        make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab.test -keyout key.pem -out cert.pem"
        subprocess.run([need("openssl", "openssl"), *make.split()], cwd=folder, check=True, capture_output=True)
        certificate = f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
    servers = _SERVER.format(
        address=address,
        port=port,
        tls=" default_server" + secure,
        path=path,
        upstream=upstream,
        prefix=f"proxy_set_header X-Forwarded-Prefix {path};" if path else "",
    )
    if frame is not None:
        name, dashboard = frame
        scheme = "https" if tls else "http"
        html = (
            '<!DOCTYPE html><title>A lesson</title><h1>Our lesson</h1><iframe title="MNIST Lab" width="1200" '
            f'height="900" src="{scheme}://{dashboard}:{port}{path}/your_data"></iframe>'
        )
        servers += _OTHER_SITE.format(port=port, tls=secure, name=name, html=html)
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, certificate=certificate, servers=servers))
    process = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    url = f"http{'s' if tls else ''}://{address}:{port}{path}"

    def answers() -> bool:
        try:
            return requests.get(f"{url}/lab/health", timeout=60, verify=False).ok
        except requests.ConnectionError:
            return False

    try:
        wait_until(answers, 240, "nginx")
        yield url
    finally:
        process.terminate()
        process.wait(60)

"""A real WordPress with its own MariaDB, from Debian's packages, each in a folder of its own.

Nothing outside that folder is changed: the program is linked into it beside settings of our
own, PHP's web server serves it, and the database listens on a socket there and nowhere else.
"""

from __future__ import annotations

import getpass
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.needs import missing
from tests.processes import Server, free_port, listens

_PROGRAM = Path("/usr/share/wordpress")
_KEEPER = "keeper"

_CONFIG = """<?php
define('DB_NAME', 'paper');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('WPMU_PLUGIN_DIR', '{folder}/plugins');
define('WP_ENVIRONMENT_TYPE', 'local');  // so that a key may be used without TLS
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
"""
# PHP follows links, and would else take the program's own folder for the site's.
_FIRST = "<?php defined('ABSPATH') || define('ABSPATH', '{folder}/site/');"
_ROUTER = """<?php
require_once __DIR__ . '/first.php';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file(ABSPATH . $path)) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require ABSPATH . 'index.php';
"""
_INSTALL = """<?php
$_SERVER['HTTP_HOST'] = '127.0.0.1:{port}';
define('WP_INSTALLING', true);
define('WP_SITEURL', '{url}');
require ABSPATH . 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Wexcombe Bugle', '{keeper}', 'keeper@bugle.example', true, '', 'not-a-real-password');
update_option('permalink_structure', '/%postname%/');
flush_rewrite_rules();
echo WP_Application_Passwords::create_new_application_password(1, ['name' => 'tests'])[0];
"""
# What many sites do for fear of robots.
_SHUT = """<?php
add_filter('rest_authentication_errors', function ($earlier) {
    return current_user_can('read') ? $earlier : new WP_Error('shut', 'No.', ['status' => 401]);
});
"""


class WordPress:
    """A newspaper's site without any post, written to through its own interface."""

    def __init__(self, folder: Path) -> None:
        for what, package in (("mariadbd", "mariadb-server"), ("php", "php-cli")):
            if not shutil.which(what, path="/usr/sbin:/usr/bin"):
                missing(what, package)
        if not _PROGRAM.exists():
            missing("WordPress", "wordpress")
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._link()
        self.database = self._database()
        php = ["php", "-d", f"auto_prepend_file={folder / 'first.php'}"]
        self._php: list[str | Path] = [*php]
        self.server = Server(
            [*php, "-S", f"127.0.0.1:{self.port}", "-t", folder / "site", folder / "router.php"],
            ready=lambda: listens(self.port),
            log=folder / "php.log",
        )

    def start(self) -> None:
        self.database.start()
        key = self._install()
        self.server.start()
        self._keeper = httpx.Client(
            base_url=f"{self.url}/wp-json/wp/v2/", auth=(_KEEPER, key), trust_env=False, timeout=60
        )
        greeting = self._keeper.delete("posts/1", params={"force": "true"})
        greeting.raise_for_status()

    def close(self) -> None:
        self.server.stop()
        self.database.stop()

    def publish(self, title: str, text: str) -> int:
        """As its editor does it, a draft first: what is published at once has another guid."""
        post = self._add("posts", title=title, content=text, status="draft")
        self._save(post, status="publish")
        return post

    def change(self, post: int, text: str) -> None:
        """WordPress knows the time of a change to the second: saved until that is another."""
        before = self._keeper.get(f"posts/{post}").json()["modified_gmt"]
        while self._save(post, content=text)["modified_gmt"] == before:
            pass

    def comment(self, post: int, name: str, text: str, *, approved: bool = True) -> int:
        return self._add(
            "comments",
            post=post,
            author_name=name,
            author_email="reader@bugle.example",
            content=text,
            status="approved" if approved else "hold",
        )

    def shut(self) -> None:
        """Its interface is for members only from now on; its feeds stay open."""
        (self.folder / "plugins" / "shut.php").write_text(_SHUT)

    def _save(self, post: int, **fields: str) -> dict[str, Any]:
        saved = self._keeper.post(f"posts/{post}", json=fields).raise_for_status().json()
        return dict(saved)

    def _add(self, what: str, **fields: Any) -> int:
        return int(self._keeper.post(what, json=fields).raise_for_status().json()["id"])

    def _link(self) -> None:
        site = self.folder / "site"
        site.mkdir(parents=True)
        (self.folder / "plugins").mkdir()
        for part in _PROGRAM.iterdir():
            if part.name != "wp-config.php":
                (site / part.name).symlink_to(part)
        words = {"folder": self.folder, "socket": self.folder / "db.sock", "port": self.port}
        (site / "wp-config.php").write_text(_CONFIG.format(**words))
        (self.folder / "first.php").write_text(_FIRST.format(**words))
        (self.folder / "router.php").write_text(_ROUTER)
        (self.folder / "install.php").write_text(
            _INSTALL.format(url=self.url, keeper=_KEEPER, **words)
        )

    def _database(self) -> Server:
        data, socket, user = self.folder / "db", self.folder / "db.sock", getpass.getuser()
        made = subprocess.run(
            [
                *("mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}"),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, f"MariaDB does not install: {made.stdout[-2000:]}"
        return Server(
            [
                *("/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--user={user}"),
                *("--skip-networking", f"--socket={socket}", f"--pid-file={self.folder}/db.pid"),
            ],
            ready=lambda: self._asks("CREATE DATABASE IF NOT EXISTS paper"),
            log=self.folder / "db.log",
        )

    def _asks(self, sql: str) -> bool:
        asked = ["mariadb", "--no-defaults", f"--socket={self.folder / 'db.sock'}", "-e", sql]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def _install(self) -> str:
        done = subprocess.run(
            [*self._php, self.folder / "install.php"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"WordPress does not install: {done.stdout[-2000:]}"
        return done.stdout.strip().splitlines()[-1]

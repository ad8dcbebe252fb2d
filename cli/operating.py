"""``serve``, ``servers``, ``doctor``, ``account``, ``flows``: looking after a house."""

import errno
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.again import command
from cli.screen import Json, notice, opened, out, print_json, table
from records.codes import DeliveryKind, Role
from records.errors import WrongUse
from wiring.health import Health

servers_app = typer.Typer(help="Máy chủ thật để thử. Real servers to play with.", no_args_is_help=True)
account_app = typer.Typer(help="Tài khoản bàn làm việc. Accounts of the desk.", no_args_is_help=True)
flows_app = typer.Typer(help="Lịch chạy Prefect. Scheduling by a Prefect server.", no_args_is_help=True)

_SIGN = {Health.WORKS: "✓ chạy tốt", Health.WEAK: "? chạy được, cần bổ sung", Health.DOWN: "✗ chưa có"}


def register(app: typer.Typer) -> None:
    """Add this module's commands to *app*."""
    app.command("serve")(serve)
    app.add_typer(servers_app, name="servers")
    app.command("doctor")(doctor)
    app.add_typer(account_app, name="account")
    app.add_typer(flows_app, name="flows")


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on; default: setting desk.host.")] = "",
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65_535, help="Port to listen on; default: setting desk.port.")
    ] = None,
) -> None:
    """Mở bàn làm việc trên trình duyệt. Serve the desk until interrupted."""
    from counter import serve_desk

    house = opened()
    desk = house.settings.desk
    where, door = host or desk.host, port or desk.port
    if not house.register.accounts():
        notice(f"Chưa có tài khoản nào. Tạo bằng: {command()} account add TÊN --full-name 'HỌ TÊN' --role officer")
    if taken(where, door):
        raise WrongUse("DESK_PORT_TAKEN", host=where, port=door)
    notice(f"Bàn làm việc: http://{where}:{door} (dừng bằng Ctrl+C)")
    serve_desk(house, where, door)


def taken(host: str, port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
        return False


def doctor(as_json: Json = False) -> None:
    """Xem từng bộ phận có chạy không, thiếu gì và lấy ở đâu. Probe every part."""
    from cli.probing import examine

    probes = examine(opened())
    if as_json:
        print_json({"ok": all(p.health is not Health.DOWN for p in probes), "parts": probes})
    else:
        shown = table("Tình trạng", "Bộ phận", "", "Chi tiết", "Cần làm")
        for probe in probes:
            shown.add_row(probe.part, _SIGN[probe.health], probe.detail, probe.remedy)
        out.print(shown)
    worst = max((int(probe.exit_code) for probe in probes), default=0)
    if worst:
        raise typer.Exit(worst)


@account_app.command("add")
def add_account(
    name: Annotated[str, typer.Argument(help="Short name to sign in with.")],
    full_name: Annotated[str, typer.Option("--full-name", help="Full name as people write it.")],
    role: Annotated[list[Role], typer.Option("--role", help="What the account may do; repeatable.")],
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help="Read the password (10 to 1000 characters) from the first line of stdin."
        ),
    ] = False,
) -> None:
    """Thêm tài khoản, hoặc đặt lại mật khẩu và quyền. Add an account, or set its password and roles anew."""
    from counter import new_account

    house = opened()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password()
    house.register.put_account(new_account(name, full_name, role, password))
    notice(f"Tài khoản {name} đã sẵn sàng.")


@account_app.command("disable")
def disable_account(name: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Ngừng một tài khoản; những gì đã làm vẫn còn. Disable an account at once; what it did stays."""
    opened().register.set_disabled(name, disabled=True)
    notice(f"Tài khoản {name} đã ngừng; phiên đang mở của tài khoản này không dùng được nữa.")


@account_app.command("enable")
def enable_account(name: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Cho một tài khoản hoạt động lại, với mật khẩu và quyền như cũ. Let an account in again, as it was."""
    opened().register.set_disabled(name, disabled=False)
    notice(f"Tài khoản {name} hoạt động trở lại.")


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise WrongUse("PASSWORD_NOT_GIVEN")
    asked: str = typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại mật khẩu", err=True)
    return asked


@servers_app.command("up")
def servers_up(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help="Which; default: all.")] = None,
    as_json: Json = False,
) -> None:
    """Bật máy chủ thật trên máy này. Start real servers on loopback and tell how to reach them."""
    from servers import cache, playground

    settings = opened().settings
    notice("Đang xem các máy chủ đã có đủ chưa; lần đầu có thể mất vài phút để lấy về …")
    with cache.set_to(settings.cache):
        running = playground.up(
            settings.home,
            names or [],
            lambda name: notice(f"Đang bật {name} …"),
            lambda name: notice(f"Đã tắt lại {name}, vì không bật được đủ các máy chủ đã yêu cầu."),
        )
    if as_json:
        print_json({name: asdict(connection) for name, connection in running.items()})
        return
    shown = table("Máy chủ đang chạy", "Máy chủ", "Cách nối")
    for name, connection in running.items():
        shown.add_row(name, "\n".join(f"{key}: {value}" for key, value in asdict(connection).items()))
    out.print(shown)


@servers_app.command("down")
def servers_down(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help="Which; default: all.")] = None,
) -> None:
    """Tắt các máy chủ đã bật; dữ liệu vẫn còn. Stop the servers that were started; their data stay."""
    from servers import playground

    stopped = playground.down(opened().settings.home, names or [])
    notice("Đã tắt: " + ", ".join(stopped) if stopped else "Không có máy chủ nào đang chạy.")


@flows_app.command("deploy")
def flows_deploy() -> None:
    """Đăng ký luồng số hóa với máy chủ Prefect. Register the flow and its work pool with the Prefect server."""
    from flows import deploy

    notice(f"Đã đăng ký: {deploy(opened().settings)}")


@flows_app.command("submit")
def flows_submit(
    path: Annotated[Path, typer.Argument(exists=True, help="A folder, an image or a PDF the workers can reach.")],
    kind: Annotated[DeliveryKind, typer.Option("--kind", help="What is handed in.")] = DeliveryKind.BOOK,
    authority: Annotated[str, typer.Option("--authority", help="Who kept the book, as its cover says.")] = "",
    wait: Annotated[float, typer.Option("--wait", min=0, help="Wait so many seconds for the end.")] = 0,
    as_json: Json = False,
) -> None:
    """Giao một đợt nhận cho các worker. Hand a delivery to the workers."""
    from flows import submit

    run, state = submit(opened().settings, path, kind, authority, wait_seconds=wait)
    if as_json:
        print_json({"flow_run": run, "state": state})
    else:
        notice(f"Lần chạy {run}: {state}")


@flows_app.command("worker")
def flows_worker() -> None:
    """Chạy một worker nhận việc từ máy chủ Prefect. Run a worker until interrupted."""
    from flows import run_worker

    raise typer.Exit(run_worker(opened().settings))

"""Command line of the simulator."""

import argparse
import logging
import signal
import sys
import threading

from simulator.clock import parse_time
from simulator.server import Server
from simulator.world import Plan, World

EPILOG = """
what it answers:
  http://HOST:PORT/ozon/…        Ozon's Seller API (the base URL for a client is http://HOST:PORT/ozon)
  http://HOST:PORT/megamarket/…  MegaMarket's merchant API (base URL http://HOST:PORT/megamarket)
  http://HOST:PORT/telegram/…    Telegram's Bot API (base URL http://HOST:PORT/telegram): getMe, sendMessage
  http://HOST:PORT/control/…     JSON API that drives it: orders, buyers' cancellations, time, faults, request log
  http://HOST:PORT/              a page for people with the same things

account:
  Client-Id 1042 (or that of --client-id), and one of these keys:
    demo-key-1042-write     may do everything
    demo-key-1042-read      may only read
    demo-key-1042-orders    orders, products and warehouses, but neither labels nor finance
    demo-key-1042-expired   deactivated

merchants of MegaMarket (any number of others through /control/megamarket/merchants):
    5046    Standard         token 5046AAAA-0000-4000-8000-00000000A001
    175000  own delivery     token 17500000-0000-4000-8000-00000000D001

bot:
  token 42:demo-token, which may write to the chat -1001

Everything is kept in memory and is gone when the process ends. The first line of output is
"simulator listening on http://HOST:PORT".
"""


def parser():
    result = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stateful stand-in for the marketplaces' servers, for trying things out and for tests.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)")
    add("--port", type=int, default=8169, help="port to listen on, 0 for any free one (default: 8169)")
    add("--seed", type=int, default=1, help="the same seed gives the same goods and postings (default: 1)")
    add("--client-id", type=int, default=1042, metavar="ID", help="of the cabinet (default: 1042)")
    add("--products", type=int, default=200, metavar="N", help="listings to begin with (default: 200)")
    add("--postings", type=int, default=40, metavar="N", help="postings to begin with (default: 40)")
    add("--ship-delay", type=float, default=2, metavar="SECONDS", help="how long assembling takes (default: 2)")
    add("--label-delay", type=float, default=45, metavar="SECONDS", help="how long labels take after it (default: 45)")
    limits = result.add_mutually_exclusive_group()
    limits.add_argument(
        "--strict-limits", dest="limits", action="store_true", help="the marketplaces' request limits (default)"
    )
    limits.add_argument("--no-limits", dest="limits", action="store_false", help="no request limits at all")
    add("--frozen-at", metavar="ISO", help="stand still at this moment, e.g. 2026-10-05T08:00:00Z")
    add(
        "--until-stdin-closes", action="store_true", help="end when standard input closes, i.e. with the parent process"
    )
    result.set_defaults(limits=True)
    return result


def plan_of(arguments):
    moment = parse_time(arguments.frozen_at) if arguments.frozen_at else None
    return Plan(
        seed=arguments.seed,
        client_id=arguments.client_id,
        products=arguments.products,
        postings=arguments.postings,
        ship_delay=arguments.ship_delay,
        label_delay=arguments.label_delay,
        limits=arguments.limits,
        now=moment,
        frozen=moment is not None,
    )


def end_with_stdin(server):
    sys.stdin.read()
    server.stop()


def main():
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    commands = parser()
    arguments = commands.parse_args()
    try:
        plan = plan_of(arguments)
    except ValueError as error:
        commands.error(f"--frozen-at: {error}")
    try:
        server = Server(World(plan), arguments.host, arguments.port)
    except (OSError, SystemExit) as error:
        # Werkzeug prints why it could not bind and then exits by itself.
        commands.exit(1, f"simulator: cannot listen on {arguments.host}:{arguments.port} ({error})\n")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    if arguments.until_stdin_closes:
        threading.Thread(target=end_with_stdin, args=(server,), daemon=True).start()
    print(f"simulator listening on http://{arguments.host}:{server.port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()

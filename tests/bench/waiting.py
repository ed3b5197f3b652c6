"""A target that accepts a launch 50 ms after it came, many at a time, without the product.

`python -m tests.bench.waiting` prints its port.
"""

from __future__ import annotations

import asyncio

from tests.bench.accepting import HEADER_END, LENGTH, REPLY

SECONDS = 0.05


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(HEADER_END)
    length = LENGTH.search(head + b"\r")
    await reader.readexactly(int(length[1] if length else 0))
    await asyncio.sleep(SECONDS)
    writer.write(REPLY)
    await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

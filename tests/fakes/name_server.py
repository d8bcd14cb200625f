"""A small name server on loopback: it says of each name what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer:
    """`names`: name or `*.suffix` -> its addresses; any other name does not exist."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Names for which no answer ever comes."""
    silent_types: set[str] = field(default_factory=set)
    """Record types for which no answer ever comes."""
    broken: set[str] = field(default_factory=set)
    """Names for which the answer is a failure of the server."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(name, record type) of each question."""
    address: str = ""
    """As the settings name it, with the port."""

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        if name in self.silent or dns.rdatatype.to_text(question.rdtype) in self.silent_types:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA | dns.flags.AA
        addresses = self.names.get(name, self.names.get("*." + name.partition(".")[2]))
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif addresses is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            version = dns.rdatatype.AAAA if question.rdtype == dns.rdatatype.AAAA else dns.rdatatype.A
            fitting = [text for text in addresses if (":" in text) == (version == dns.rdatatype.AAAA)]
            if fitting:
                response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", version, fitting))
        return response.to_wire()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (wire := self._answer(data)) is not None:
            self._transport.sendto(wire, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def name_server(names: dict[str, tuple[str, ...]]) -> AsyncIterator[NameServer]:
    server = NameServer(names)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(server.answer), ("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    server.address = f"{host}:{port}"
    try:
        yield server
    finally:
        transport.close()

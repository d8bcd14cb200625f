"""A DNS server for the rehearsal's names: every name under a domain is on this machine."""

from __future__ import annotations

import asyncio
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

ADDRESS = "127.0.0.1"
TTL_S = 5


class NameServer(asyncio.DatagramProtocol):
    """Answers A for the domains and whatever is under them, NXDOMAIN in the rest of `zone`, REFUSED elsewhere."""

    def __init__(self, zone: str, domains: tuple[str, ...]) -> None:
        self._zone = zone
        self._domains = domains
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self.answer(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)

    def answer(self, data: bytes) -> bytes | None:
        """The wire of the answer; None for what is no query."""
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None
        if query.flags & dns.flags.QR:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response.to_wire()
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if any(name == domain or name.endswith(f".{domain}") for domain in self._domains):
            if question.rdtype == dns.rdatatype.A and question.rdclass == dns.rdataclass.IN:
                response.answer.append(
                    dns.rrset.from_text(question.name, TTL_S, dns.rdataclass.IN, dns.rdatatype.A, ADDRESS)
                )
        elif name == self._zone or name.endswith(f".{self._zone}"):
            response.set_rcode(dns.rcode.NOERROR if name == self._zone else dns.rcode.NXDOMAIN)
        else:
            response.flags &= ~dns.flags.AA
            response.set_rcode(dns.rcode.REFUSED)
        return response.to_wire()

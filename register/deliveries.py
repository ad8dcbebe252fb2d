"""Deliveries, their pages, and what each stage found on a page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from records.codes import PageStatus
from records.errors import NotFound
from records.pages import DeliveredPage, Delivery, Digest, PageId, StageResult
from records.provenance import PROGRAMME, ProvenanceEvent
from register.audit import chain
from register.loading import batches
from register.mapping import AnyRow, delivery_of, page_of, page_standing, page_values, stage_of
from register.part import Part
from register.schema import delivered_pages, deliveries, quarantined_files, stage_results
from register.tidy import now, tidy


class Deliveries(Part):
    """The part of the ledger that knows what was handed in: every page is in exactly one status."""

    def open_delivery(self, delivery: Delivery, pages: Sequence[DeliveredPage], *, agent: str = PROGRAMME) -> Delivery:
        """Record what was handed in. The same delivery id again adds what is new and changes nothing else."""
        delivery, pages = tidy(delivery), [tidy(page) for page in pages]
        with self.database.write() as connection:
            is_new = _find(connection, delivery.id) is None
            if is_new:
                connection.execute(
                    insert(deliveries).values(
                        id=delivery.id,
                        kind=delivery.kind,
                        label=delivery.label,
                        received_at=delivery.received_at,
                        authority=delivery.authority,
                        book=delivery.book,
                    )
                )
            files = _add_quarantined(connection, delivery)
            added = _add_pages(connection, delivery.id, pages)
            if is_new or files or added:
                detail = {"pages": str(added), "quarantined": str(files)}
                chain(connection, [ProvenanceEvent("ingestion", delivery.id, agent, now(), detail)])
            return known_delivery(connection, delivery.id)

    def delivery(self, delivery_id: str) -> Delivery:
        """Return a delivery. Raises NotFound."""
        with self.database.read() as connection:
            return known_delivery(connection, delivery_id)

    def deliveries(self) -> Sequence[Delivery]:
        """Return all deliveries, by day received and id."""
        with self.database.read() as connection:
            rows = connection.execute(select(deliveries).order_by(deliveries.c.received_at, deliveries.c.id)).all()
            files: defaultdict[str, list[AnyRow]] = defaultdict(list)
            for file in connection.execute(select(quarantined_files).order_by(quarantined_files.c.seq)):
                files[file.delivery].append(file)
            return [delivery_of(row, files[row.id]) for row in rows]

    def delivered_pages(
        self, delivery_id: str, status: PageStatus | None = None, seq: int | None = None
    ) -> Sequence[DeliveredPage]:
        """Return the pages of a delivery (in one status, at one place), in its order. Raises NotFound."""
        wanted = select(delivered_pages).where(delivered_pages.c.delivery == delivery_id)
        if status is not None:
            wanted = wanted.where(delivered_pages.c.status == status)
        if seq is not None:
            wanted = wanted.where(delivered_pages.c.seq == seq)
        with self.database.read() as connection:
            known_delivery(connection, delivery_id)
            return [page_of(row) for row in connection.execute(wanted.order_by(delivered_pages.c.seq))]

    def page_counts(self, delivery_id: str) -> Mapping[PageStatus, int]:
        """Return how many pages of a delivery stand in each status, zeros included. Raises NotFound."""
        c = delivered_pages.c
        wanted = select(c.status, func.count().label("pages")).where(c.delivery == delivery_id).group_by(c.status)
        with self.database.read() as connection:
            known_delivery(connection, delivery_id)
            found = {row.status: row.pages for row in connection.execute(wanted)}
        return {status: found.get(status.value, 0) for status in PageStatus}

    def page(self, page: PageId) -> DeliveredPage:
        """Return the page as last delivered. Raises NotFound."""
        with self.database.read() as connection:
            row = connection.execute(_placings(page).limit(1)).one_or_none()
        if row is None:
            raise NotFound("PAGE_UNKNOWN", page=page)
        return page_of(row)

    def placings(self, page: PageId) -> Sequence[DeliveredPage]:
        """Return every place where the page was delivered, the last delivery first. Raises NotFound."""
        with self.database.read() as connection:
            rows = connection.execute(_placings(page)).all()
        if not rows:
            raise NotFound("PAGE_UNKNOWN", page=page)
        return [page_of(row) for row in rows]

    def settle_page(self, page: DeliveredPage) -> None:
        """Set status, problem, role, kind and edition of a delivered page. Raises NotFound."""
        page = tidy(page)
        c = delivered_pages.c
        there = (c.delivery == page.delivery, c.seq == page.seq, c.page == page.page.id)
        with self.database.write() as connection:
            done = connection.execute(update(delivered_pages).where(*there).values(page_standing(page)))
            if done.rowcount != 1:
                raise NotFound("PAGE_UNKNOWN", page=page.page.id)

    def stage_result(self, page: PageId, stage: str, code_version: str) -> StageResult | None:
        """Return what a stage found on a page, or None where it has not been there with this code."""
        with self.database.read() as connection:
            row = connection.execute(_stage(page, stage, code_version)).one_or_none()
        return stage_of(row) if row is not None else None

    def newest_result(self, page: PageId, stage: str) -> StageResult | None:
        """Return what the stage found on a page last, by whichever code; None where it has not been there."""
        c = stage_results.c
        found = select(stage_results).where(c.page == page, c.stage == stage)
        with self.database.read() as connection:
            row = connection.execute(found.order_by(c.recorded_at.desc(), c.code_version.desc()).limit(1)).one_or_none()
        return stage_of(row) if row is not None else None

    def newest_results(self, pages: Iterable[PageId], stage: str) -> Mapping[PageId, StageResult]:
        """Return the same of many pages at once; those where the stage has not been are left out."""
        c = stage_results.c
        found: dict[PageId, StageResult] = {}
        with self.database.read() as connection:
            for some in batches(sorted(set(pages)), 500):
                wanted = select(stage_results).where(c.page.in_(some), c.stage == stage)
                rows = connection.execute(wanted.order_by(c.recorded_at, c.code_version))
                found |= {result.page: result for result in map(stage_of, rows)}
        return found

    def record_stage(self, result: StageResult) -> None:
        """Keep a stage's result; unique by page, stage and code version; the same again changes nothing."""
        result = tidy(result)
        with self.database.write() as connection:
            if connection.execute(_stage(result.page, result.stage, result.code_version)).first() is None:
                connection.execute(
                    insert(stage_results).values(
                        page=result.page,
                        stage=result.stage,
                        code_version=result.code_version,
                        payload=result.payload,
                        seconds=result.seconds,
                        recorded_at=now(),
                    )
                )


def _placings(page: PageId) -> Select[Any]:
    last = (deliveries.c.received_at.desc(), delivered_pages.c.delivery.desc(), delivered_pages.c.seq.desc())
    return select(delivered_pages).join(deliveries).where(delivered_pages.c.page == page).order_by(*last)


def _stage(page: PageId, stage: str, code_version: str) -> Select[Any]:
    c = stage_results.c
    return select(stage_results).where(c.page == page, c.stage == stage, c.code_version == code_version)


def _find(connection: Connection, delivery_id: str) -> Delivery | None:
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        return None
    c = quarantined_files.c
    files = connection.execute(select(quarantined_files).where(c.delivery == delivery_id).order_by(c.seq)).all()
    return delivery_of(row, files)


def known_delivery(connection: Connection, delivery_id: str) -> Delivery:
    """Return a delivery. Raises NotFound."""
    found = _find(connection, delivery_id)
    if found is None:
        raise NotFound("DELIVERY_UNKNOWN", delivery=delivery_id)
    return found


def _add_quarantined(connection: Connection, delivery: Delivery) -> int:
    known = known_delivery(connection, delivery.id).quarantined
    seen = {(file, digest) for file, digest, _ in known}
    new: list[tuple[str, Digest, str]] = []
    for file, digest, code in delivery.quarantined:
        if (file, digest) not in seen:
            seen.add((file, digest))
            new.append((file, digest, code))
    if new:
        rows = [
            {"delivery": delivery.id, "seq": seq, "file": file, "digest": digest, "code": code}
            for seq, (file, digest, code) in enumerate(new, start=len(known) + 1)
        ]
        connection.execute(insert(quarantined_files), rows)
    return len(new)


def _add_pages(connection: Connection, delivery_id: str, pages: Sequence[DeliveredPage]) -> int:
    c = delivered_pages.c
    rows = connection.execute(select(c.seq, c.file, c.page).where(c.delivery == delivery_id)).all()
    taken = {row.seq for row in rows}
    known = {(row.file, row.page) for row in rows}
    end = max([*taken, *(page.seq for page in pages)], default=0)
    new = []
    for page in pages:
        if (page.file, page.page.id) in known:
            continue
        known.add((page.file, page.page.id))
        values = page_values(page)
        if page.seq in taken:
            end += 1
            values["seq"] = end
        taken.add(values["seq"])
        new.append(values | {"delivery": delivery_id})
    if new:
        connection.execute(insert(delivered_pages), new)
    return len(new)

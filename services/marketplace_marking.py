from collections import Counter
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ..engine import Again, JobFailure
from ..marketplaces.base import dto
from ..models.marketplace_order_marking import CHANGE_ACTION

CHECK_SECONDS = 5
#: So long the marketplace may check codes before a person should look.
CHECK_LIMIT = timedelta(hours=2)


class MarketplaceMarking(models.AbstractModel):
    """Records codes and declarations of every unit with the marketplace before the posting is shipped."""

    _name = "marketplace.marking"
    _description = "Marketplace Marking"

    # --- units --------------------------------------------------------------------------------------------------
    @api.model
    def _expect_units(self, orders):
        """One record per unit of the lines that have requirements, so that a packer can scan before any call."""
        lines = orders.filtered(lambda order: order.state == "done").line_ids.filtered("requirements")
        self._default_countries(lines)
        self.env["marketplace.exemplar"].sudo().create(
            [
                {"order_id": line.order_id.id, "line_id": line.id, "sequence": position, "external_id": number}
                for line in lines
                for position, number in self._iter_missing_units(line)
            ]
        )

    def _iter_missing_units(self, line):
        """(position, number there or False) of the units that have no record yet."""
        numbers = line._get_numbers()
        for position in range(len(line.exemplar_ids) + 1, line.quantity - line.cancelled_quantity + 1):
            yield position, numbers[position - 1] if position <= len(numbers) else False

    def _default_countries(self, lines):
        for country, group in lines.grouped(lambda line: line.offer_id.product_id.country_of_origin).items():
            group.filtered(lambda line: not line.country_id and "country" in line._get_requirements()).write(
                {"country_id": country.id}
            )

    @api.model
    def _update_requirements(self, order, posting):
        """The marketplace asks for more, or less, than when the posting came.

        :param posting: ``dto.Order``. Once its units were read, those are more precise, and this is not listened to.
        """
        if order.state != "done":
            return
        told = {line.sku: ", ".join(line.requirements) for line in posting.lines}
        for line in order.line_ids:
            words = told.get(line.sku, line.requirements)
            if (words or "") != (line.requirements or "") and not any(line.exemplar_ids.mapped("external_id")):
                line.requirements = words
        self._expect_units(order)

    # --- what is missing ----------------------------------------------------------------------------------------
    @api.model
    def _get_problem(self, order, wanted=None):
        """Why the units cannot be sent yet, in words, or False.

        :param wanted: {SKU: units that leave now}, None for all that the posting has
        """
        missing, asked = Counter(), Counter()
        for sku, units in self._group_by_sku(order).items():
            count = len(units) if wanted is None else wanted.get(sku, 0)
            # The complete ones leave first.
            for unit in units.sorted(lambda item: item.state == "empty")[:count]:
                asked.update(unit.line_id._get_requirements())
                missing.update(unit._get_missing())
        return " ".join(self._get_missing_sentence(word, missing[word], asked[word]) for word in missing) or False

    def _get_missing_sentence(self, word, missing, asked):
        numbers = {"missing": missing, "all": asked}
        sentences = {
            "mandatory_mark": self.env._("%(missing)s of %(all)s marking codes are missing.", **numbers),
            "jw_uin": self.env._("%(missing)s of %(all)s jewellery UINs are missing.", **numbers),
            "imei": self.env._("%(missing)s of %(all)s IMEIs are missing.", **numbers),
            "gtd": self.env._(
                "%(missing)s of %(all)s units need the number of their customs declaration, or the tick that there "
                "is none.",
                **numbers,
            ),
            "rnpt": self.env._(
                "%(missing)s of %(all)s units need their RNPT, or the tick that there is none.", **numbers
            ),
            "weight": self.env._("%(missing)s of %(all)s units need their weight.", **numbers),
            "country": self.env._("%(missing)s of %(all)s units need their country of origin.", **numbers),
        }
        return sentences.get(word) or self.env._("The marketplace asks for %s, which this program does not know.", word)

    def _group_by_sku(self, order):
        """{SKU: units that have not left yet}, in the order in which they are sent."""
        units = order._get_units().filtered(lambda unit: not unit.part_number)
        return units.sorted(lambda unit: (unit.line_id.sequence, unit.sequence, unit.id)).grouped(
            lambda unit: unit.line_id.sku
        )

    # --- before shipping ----------------------------------------------------------------------------------------
    @api.model
    def _prepare(self, order, adapter, payload):
        """Everything that must be recorded before this sending; returns when the posting may be shipped.

        Raises ``Again`` while the marketplace checks, ``JobFailure`` where a person must act. What it has learnt of the
        units is lasting by then.

        :param payload: of the job *ship*
        """
        # Parts take the units' data along when they are split off.
        if order.parent_id or not self._group_by_sku(order):
            return
        wanted = None if payload["whole"] else self._count_wanted(payload)
        self._require_complete(order, wanted)
        if self._are_carried(order.account_id):
            return
        if self._get_unsent(order):
            self._send(order, adapter, wanted)
        if not self._asks_for_units(order):
            return
        sheet = adapter.get_exemplar_state(order.number)
        self._record(order, sheet)
        self._settle(order, sheet, payload, wanted)

    def _count_wanted(self, payload):
        wanted = Counter()
        for package in payload["packages"]:
            for sku, quantity in package["lines"]:
                wanted[sku] += quantity
        return wanted

    def _require_complete(self, order, wanted):
        if problem := self._get_problem(order, wanted):
            raise JobFailure(problem)

    def _get_unsent(self, order):
        return order._get_units().filtered(lambda unit: unit.state in ("filled", "refused") and not unit.part_number)

    def _asks_for_units(self, order):
        """A country is told for a line; with nothing else asked for there is nothing to check."""
        return any(set(line._get_requirements()) - {"country"} for line in order._get_units().line_id)

    def _send(self, order, adapter, wanted):
        self._tell_countries(order, adapter)
        self._bind(order, adapter.get_exemplars(order.number))
        self._require_complete(order, wanted)
        if self._asks_for_units(order):
            self._validate(order, adapter)
            adapter.set_exemplars(order.number, self._make_lines(self._group_by_sku(order)), self._count_places(order))
        state = "checking" if self._asks_for_units(order) else "passed"
        self._get_unsent(order).write({"state": state, "problem": False})
        self.env["marketplace.job.runner"]._checkpoint()

    def _tell_countries(self, order, adapter):
        for sku, units in self._group_by_sku(order).items():
            line = units.line_id[:1]
            if "country" in line._get_requirements():
                adapter.set_country(order.number, sku, line.country_id.code)

    def _count_places(self, order):
        """0 where the number of boxes is not our business."""
        return order.cargo_places if order.is_multibox or order.cargo_places > 1 else 0

    # --- units here and there -----------------------------------------------------------------------------------
    def _bind(self, order, sheet):
        """Each unit gets its number there; what the marketplace asks for is taken over.

        :param sheet: ``dto.ExemplarSheet``
        """
        ours = self._group_by_sku(order)
        for told in sheet.lines:
            units = ours.get(told.sku, self.env["marketplace.exemplar"])
            line = units.line_id[:1] or order.line_ids.filtered(lambda item, sku=told.sku: item.sku == sku)[:1]
            if not line:
                continue
            self._take_over_needs(units.line_id | line, told)
            if units or told.needs:
                self._bind_units(order, line, units, [item.external_id for item in told.exemplars])

    def _take_over_needs(self, lines, told):
        for line in lines:
            country = [word for word in line._get_requirements() if word == "country"]
            words = ", ".join([*country, *told.needs])
            if words != line.requirements:
                line.requirements = words

    def _bind_units(self, order, line, units, numbers):
        free = [number for number in numbers if number not in units.mapped("external_id")]
        for unit in units.filtered(lambda item: item.external_id not in numbers).sorted(
            lambda item: item.state == "empty"
        ):
            if free:
                unit.external_id = free.pop(0)
            elif unit.mark or unit.jw_uin or unit.imei:
                self.env["marketplace.job.runner"]._checkpoint()
                raise JobFailure(
                    self.env._(
                        "The posting has %(count)s units of %(product)s only: empty the codes of the unit that does "
                        "not leave.",
                        count=len(numbers),
                        product=line.name,
                    )
                )
            else:
                unit.released = True
        self.env["marketplace.exemplar"].create(
            [
                {"order_id": order.id, "line_id": line.id, "sequence": len(units) + extra, "external_id": number}
                for extra, number in enumerate(free, 1)
            ]
        )

    def _make_lines(self, units_by_sku):
        """Always the full set; what has nothing to tell goes with its number alone."""
        return [
            dto.ExemplarLine(sku=sku, quantity=len(units), exemplars=self._make_exemplars(units))
            for sku, units in units_by_sku.items()
        ]

    def _make_exemplars(self, units):
        return tuple(self._make_exemplar(unit) for unit in units)

    def _make_exemplar(self, unit):
        codes = (("mandatory_mark", unit.mark), ("jw_uin", unit.jw_uin), ("imei", unit.imei))
        return dto.Exemplar(
            external_id=unit.external_id or "",
            marks=tuple(dto.Mark(kind=kind, code=code) for kind, code in codes if code),
            gtd=unit.gtd or "",
            gtd_absent=unit.gtd_absent,
            rnpt=unit.rnpt or "",
            rnpt_absent=unit.rnpt_absent,
            weight=Decimal(str(round(unit.weight, 3))) if unit.weight else None,
        )

    # --- what the marketplace says to it ------------------------------------------------------------------------
    def _validate(self, order, adapter, units_by_sku=None):
        """The form of the codes, told at once. Raises ``JobFailure`` with every unit that is not well."""
        units_by_sku = units_by_sku or self._group_by_sku(order)
        problems = adapter.validate_exemplars(order.number, self._make_lines(units_by_sku))
        for (sku, position), sentences in problems.items():
            self._note_refused(units_by_sku[sku][position], sentences)
        if problems:
            self._fail(order)

    def _note_refused(self, unit, sentences):
        unit.write({"state": "refused", "problem": "; ".join(dict.fromkeys(sentences))})

    def _record(self, order, sheet):
        """How the check stands for each unit."""
        told = {item.external_id: item for line in sheet.lines for item in line.exemplars}
        for unit in order._get_units():
            exemplar = told.get(unit.external_id)
            if not exemplar or unit.state not in ("checking", "passed"):
                continue
            failed = [mark for mark in exemplar.marks if mark.state == "failed"]
            sentences = [*exemplar.problems, *(text for mark in failed for text in mark.problems)]
            if failed or sentences:
                self._note_refused(unit, sentences or [self.env._("The marketplace does not accept the code.")])
            elif sheet.state == "checking" or any(mark.state == "checking" for mark in exemplar.marks):
                unit.state = "checking"
            else:
                unit.state = "passed"
        self.env["marketplace.job.runner"]._checkpoint()

    def _settle(self, order, sheet, payload, wanted):
        """Return when the units that leave are accepted; raise otherwise."""
        units = [unit for unit in order._get_units() if not unit.part_number]
        if any(unit.state == "refused" for unit in units):
            self._fail(order)
        if sheet.state == "checking" or any(unit.state == "checking" for unit in units):
            self._wait(payload)
        # A part may leave though the rest of the posting has no codes yet.
        if sheet.state == "ready" or (wanted is not None and self._are_passed(order, wanted)):
            return
        self._get_passed(order).write({"state": "filled"})
        self.env["marketplace.job.runner"]._checkpoint()
        raise JobFailure(
            self.env._("The marketplace does not accept the codes of the units, and does not say why: try again.")
        )

    def _get_passed(self, order):
        return order._get_units().filtered(lambda unit: unit.state == "passed" and not unit.part_number)

    def _are_passed(self, order, wanted):
        passed = Counter(unit.line_id.sku for unit in self._get_passed(order))
        asked = self._group_by_sku(order)
        return all(passed[sku] >= count for sku, count in wanted.items() if sku in asked)

    def _wait(self, payload):
        now = fields.Datetime.now()
        since = payload.get("marking_since") or fields.Datetime.to_string(now)
        if now - fields.Datetime.to_datetime(since) > CHECK_LIMIT:
            raise JobFailure(
                self.env._("The marketplace has not finished checking the codes for two hours: look in the cabinet.")
            )
        raise Again(
            CHECK_SECONDS,
            payload={**payload, "marking_since": since},
            note=self.env._("The codes are being checked there"),
        )

    def _fail(self, order):
        text = self.env._("Codes refused. %s", order.marking_problem)
        self.env["marketplace.notifier"]._tell("marking_failed", order, {order.id: text})
        self.env["marketplace.job.runner"]._checkpoint()
        raise JobFailure(text)

    # --- parts --------------------------------------------------------------------------------------------------
    @api.model
    def _choose_units(self, order, package):
        """Units that leave with a part, accepted ones first; the same ones whenever it is asked before they left.

        :param package: ``dto.Package``
        :return: {SKU: units}
        """
        ours = self._group_by_sku(order)
        return {
            line.sku: ours[line.sku].sorted(lambda unit: (unit.state != "passed", unit.sequence))[: line.quantity]
            for line in package.lines
            if line.sku in ours
        }

    @api.model
    def _note_left(self, order, units_by_sku, number):
        """These units have become a posting of their own."""
        if number != order.number:
            for units in units_by_sku.values():
                units.write({"part_number": number})

    # --- after shipping -----------------------------------------------------------------------------------------
    @api.model
    def _run_update(self, jobs, adapter, deadline):
        """Codes that were changed after shipping: the full set once more, then it is made to count."""
        job = jobs
        order = self.env["marketplace.order"].browse(job.res_id)
        for posting in order | order.child_ids:
            if CHANGE_ACTION in (posting.actions or []):
                self._update_posting(order, posting, adapter, job.payload)
        return self.env._("The codes are changed.")

    def _update_posting(self, order, posting, adapter, payload):
        """:param posting: the posting itself or a part of it; the units are kept with the posting"""
        sheet = adapter.get_exemplars(posting.number)
        there = {item.external_id for line in sheet.lines for item in line.exemplars}
        units = order._get_units().filtered(lambda unit: unit.external_id in there)
        units_by_sku = units.grouped(lambda unit: unit.line_id.sku)
        if not units.filtered(lambda unit: unit.state != "passed"):
            return
        if units.filtered(lambda unit: unit.state in ("filled", "refused")):
            self._validate(order, adapter, units_by_sku)
            adapter.set_exemplars(posting.number, self._make_lines(units_by_sku), self._count_places(posting))
            units.write({"state": "checking", "problem": False})
            self.env["marketplace.job.runner"]._checkpoint()
        checked = adapter.get_exemplar_state(posting.number)
        self._record(order, checked)
        if units.filtered(lambda unit: unit.state == "refused"):
            self._fail(order)
        if units.filtered(lambda unit: unit.state == "checking"):
            # Passed ones would not be made to count any more: they wait for the others.
            units.write({"state": "checking"})
            self._wait(payload)
        adapter.commit_exemplars(posting.number)

"""The path of a dossier, act by act, as decision 26/2026 (art. 4-8) lays it out."""

from enum import StrEnum

from saola.lifecycle.machine import Step


class Kind(StrEnum):
    """Why the dossier is filed."""

    FIRST = "first"
    UPGRADE = "upgrade"
    RENEWAL = "renewal"


class State(StrEnum):
    """Where the dossier stands; in the order of the path."""

    DRAFT = "draft"
    FILED = "filed"
    COMMUNE_RECEIVED = "commune_received"
    COMMUNE_ASKED = "commune_asked"
    REPORTED = "reported"
    PROPOSED = "proposed"
    AGENCY_RECEIVED = "agency_received"
    AGENCY_ASKED = "agency_asked"
    ACCEPTED = "accepted"
    ADVISED = "advised"
    AGENCY_REPORTED = "agency_reported"
    SCHEDULED = "scheduled"
    SCORED = "scored"
    CONCLUDED = "concluded"
    SUBMITTED = "submitted"
    RECOGNISED = "recognised"
    CERTIFIED = "certified"
    PUBLISHED = "published"
    NOTIFIED = "notified"
    APPROVED = "approved"
    FORWARDED = "forwarded"
    CENTRAL_RESULT = "central_result"
    RECOGNISED_CENTRAL = "recognised_central"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    DISQUALIFIED = "disqualified"


S = State
ENDED = frozenset({S.NOTIFIED, S.WITHDRAWN, S.RETURNED})
OUTCOME_KNOWN = frozenset({S.PUBLISHED, S.RECOGNISED_CENTRAL, S.DISQUALIFIED})  # only to be told
BEFORE_COUNCIL = frozenset(
    {
        S.FILED,
        S.COMMUNE_RECEIVED,
        S.COMMUNE_ASKED,
        S.REPORTED,
        S.PROPOSED,
        S.AGENCY_RECEIVED,
        S.AGENCY_ASKED,
        S.ACCEPTED,
        S.ADVISED,
        S.AGENCY_REPORTED,
    }
)
NEW = frozenset({Kind.FIRST, Kind.UPGRADE})
AGAIN = frozenset({Kind.RENEWAL})


def _step(
    key: str,
    source: State | frozenset[State],
    target: State,
    permission: str,
    *,
    guards: tuple[str, ...] = (),
    kinds: frozenset[Kind] = frozenset(),
    needs_note: bool = False,
    paper: str | None = None,
    law: str = "",
) -> Step:
    states = frozenset({source}) if isinstance(source, State) else source
    return Step(
        key,
        frozenset(map(str, states)),
        str(target),
        permission,
        guards,
        frozenset(map(str, kinds)),
        needs_note,
        paper,
        law,
    )


STEPS: tuple[Step, ...] = (
    # the producer and the commune
    _step(
        "file",
        S.DRAFT,
        S.FILED,
        "dossier_file",
        guards=("complete", "sheet_in_force", "renewal_window"),
        paper="Mẫu 01, Mẫu 02",
        law="điều 6, 7.1",
    ),
    _step(
        "receive_commune",
        S.FILED,
        S.COMMUNE_RECEIVED,
        "commune_receive",
        paper="Mẫu 01, phiếu tiếp nhận",
    ),
    _step(
        "ask_commune",
        S.COMMUNE_RECEIVED,
        S.COMMUNE_ASKED,
        "commune_receive",
        guards=("answer_by",),
        needs_note=True,
    ),
    _step(
        "complete_commune",
        S.COMMUNE_ASKED,
        S.COMMUNE_RECEIVED,
        "dossier_file",
        guards=("complete",),
    ),
    _step(
        "report",
        S.COMMUNE_RECEIVED,
        S.REPORTED,
        "commune_sign",
        guards=("four_contents",),
        paper="Mẫu 03",
        law="điều 7.2",
    ),
    _step(
        "propose",
        S.REPORTED,
        S.PROPOSED,
        "commune_sign",
        guards=("paper_number", "samples"),
        paper="văn bản đề nghị",
        law="điều 7.2",
    ),
    _step(
        "return_commune",
        frozenset({S.COMMUNE_RECEIVED, S.REPORTED}),
        S.RETURNED,
        "commune_sign",
        needs_note=True,
    ),
    _step(
        "return_commune",
        S.COMMUNE_ASKED,
        S.RETURNED,
        "commune_sign",
        guards=("answer_over",),
        needs_note=True,
    ),
    # the province's OCOP agency and the advisory team
    _step("receive_agency", S.PROPOSED, S.AGENCY_RECEIVED, "agency_receive", law="điều 7.3"),
    _step(
        "ask_agency",
        S.AGENCY_RECEIVED,
        S.AGENCY_ASKED,
        "agency_receive",
        guards=("answer_by",),
        needs_note=True,
    ),
    _step(
        "complete_agency", S.AGENCY_ASKED, S.AGENCY_RECEIVED, "dossier_file", guards=("complete",)
    ),
    _step(
        "accept",
        S.AGENCY_RECEIVED,
        S.ACCEPTED,
        "agency_receive",
        guards=("complete",),
        paper="báo cáo tổng hợp trình Chủ tịch UBND cấp tỉnh",
    ),
    _step(
        "ask_agency",
        S.ACCEPTED,
        S.AGENCY_ASKED,
        "advise",
        kinds=NEW,
        guards=("answer_by",),
        needs_note=True,
        law="điều 7.4",
    ),
    _step(
        "ask_agency",
        S.ACCEPTED,
        S.AGENCY_ASKED,
        "agency_receive",
        kinds=AGAIN,
        guards=("answer_by",),
        needs_note=True,
    ),
    _step(
        "return_agency",
        frozenset({S.AGENCY_RECEIVED, S.ACCEPTED, S.ADVISED, S.AGENCY_REPORTED}),
        S.RETURNED,
        "agency_receive",
        needs_note=True,
    ),
    _step(
        "return_agency",
        S.AGENCY_ASKED,
        S.RETURNED,
        "agency_receive",
        guards=("answer_over",),
        needs_note=True,
    ),
    _step(
        "advise",
        S.ACCEPTED,
        S.ADVISED,
        "advise",
        kinds=NEW,
        needs_note=True,
        paper="báo cáo thẩm định của Tổ tư vấn",
        law="điều 7.4",
    ),
    _step(
        "report_agency",
        S.ACCEPTED,
        S.AGENCY_REPORTED,
        "agency_receive",
        kinds=AGAIN,
        needs_note=True,
        paper="báo cáo thẩm định của cơ quan tham mưu",
        law="điều 7.6.c",
    ),
    # the council
    _step("schedule", S.ADVISED, S.SCHEDULED, "session_prepare", kinds=NEW),
    _step(
        "schedule",
        S.AGENCY_REPORTED,
        S.SCHEDULED,
        "session_prepare",
        kinds=AGAIN,
        guards=("renewal_meeting",),
        law="điều 7.6",
    ),
    _step(
        "unschedule", S.SCHEDULED, S.ADVISED, "session_prepare", kinds=NEW, guards=("not_scored",)
    ),
    _step(
        "unschedule",
        S.SCHEDULED,
        S.AGENCY_REPORTED,
        "session_prepare",
        kinds=AGAIN,
        guards=("not_scored",),
    ),
    _step(
        "postpone",
        frozenset({S.SCHEDULED, S.SCORED}),
        S.ADVISED,
        "session_conduct",
        kinds=NEW,
        needs_note=True,
    ),
    _step(
        "postpone",
        frozenset({S.SCHEDULED, S.SCORED}),
        S.AGENCY_REPORTED,
        "session_conduct",
        kinds=AGAIN,
        needs_note=True,
        law="điều 7.6",
    ),
    _step("score", S.SCHEDULED, S.SCORED, "session_conduct", guards=("all_sealed",)),
    _step("rescore", S.SCORED, S.SCHEDULED, "session_conduct", needs_note=True),
    _step(
        "conclude",
        S.SCORED,
        S.CONCLUDED,
        "session_conduct",
        guards=("lawful_result", "discussed"),
        paper="biên bản họp, báo cáo của Hội đồng",
    ),
    _step(
        "disqualify",
        frozenset({S.SCHEDULED, S.SCORED}),
        S.DISQUALIFIED,
        "session_conduct",
        guards=("rule_of_set",),
        needs_note=True,
    ),
    # recognition
    _step(
        "submit",
        S.CONCLUDED,
        S.SUBMITTED,
        "agency_submit",
        guards=("three_stars", "paper_number"),
        paper="tờ trình",
    ),
    _step(
        "recognise",
        S.SUBMITTED,
        S.RECOGNISED,
        "province_decide",
        guards=("under_ninety", "decision_number"),
        paper="quyết định công nhận",
        law="điều 4",
    ),
    _step(
        "certify",
        S.RECOGNISED,
        S.CERTIFIED,
        "province_decide",
        paper="giấy chứng nhận",
        law="điều 4",
    ),
    _step("publish", S.CERTIFIED, S.PUBLISHED, "province_publish"),
    _step("notify", S.PUBLISHED, S.NOTIFIED, "agency_notify", paper="thông báo kết quả"),
    _step(
        "notify_unrecognised",
        S.CONCLUDED,
        S.NOTIFIED,
        "agency_notify",
        guards=("under_three_stars",),
        paper="thông báo kết quả",
    ),
    _step(
        "notify_excluded", S.DISQUALIFIED, S.NOTIFIED, "agency_notify", paper="thông báo kết quả"
    ),
    _step(
        "approve_result",
        S.SUBMITTED,
        S.APPROVED,
        "province_decide",
        guards=("from_ninety", "decision_number"),
        paper="quyết định phê duyệt kết quả",
        law="điều 4, 7.5",
    ),
    _step(
        "forward",
        S.APPROVED,
        S.FORWARDED,
        "agency_submit",
        guards=("paper_number", "central_samples"),
        paper="văn bản đề nghị Bộ đánh giá",
    ),
    _step("notify_forwarded", S.FORWARDED, S.FORWARDED, "agency_notify", paper="thông báo kết quả"),
    _step(
        "record_central",
        S.FORWARDED,
        S.CENTRAL_RESULT,
        "agency_submit",
        guards=("central_figures",),
        needs_note=True,
    ),
    _step(
        "recognise_central",
        S.CENTRAL_RESULT,
        S.RECOGNISED_CENTRAL,
        "agency_submit",
        guards=("central_five", "decision_number"),
        paper="quyết định của Bộ trưởng",
    ),
    _step(
        "notify_central",
        S.RECOGNISED_CENTRAL,
        S.NOTIFIED,
        "agency_notify",
        paper="thông báo kết quả",
    ),
    _step(
        "notify_central",
        S.CENTRAL_RESULT,
        S.NOTIFIED,
        "agency_notify",
        guards=("central_under_three",),
        paper="thông báo kết quả",
    ),
    _step(
        "recognise_on_central",
        S.CENTRAL_RESULT,
        S.RECOGNISED,
        "province_decide",
        guards=("central_three_or_four", "decision_number"),
        paper="quyết định công nhận",
        law="điều 4",
    ),
    _step("reassess", S.CENTRAL_RESULT, S.ACCEPTED, "province_decide", needs_note=True),
    # leaving the path
    _step("withdraw", BEFORE_COUNCIL | {S.DRAFT}, S.WITHDRAWN, "dossier_file", needs_note=True),
)

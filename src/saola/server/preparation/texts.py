"""A plan in words, as parts II and IV of Mẫu 02 take it over."""

from saola.server.preparation.models import Plan
from saola.server.products.models import Product

NAMES = {
    "output": "Sản lượng",
    "money": "Vốn (triệu đồng) và nguồn",
    "equipment": "Thiết bị, nhà xưởng",
    "people": "Lao động",
    "standards": "Tiêu chuẩn hướng tới",
    "market": "Thị trường, bán hàng",
    "months": "Việc theo tháng",
}


def plan_text(plan: Plan) -> str:
    """The plan line by line; empty when nothing is filled in."""
    lines = [
        f"{name}: {getattr(plan, field)}" for field, name in NAMES.items() if getattr(plan, field)
    ]
    return "\n".join([f"Phương án năm {plan.year}", *lines]) if lines else ""


def texts_for(product: Product, year: int) -> dict[str, str]:
    """ "plan": the plan of the newest year up to next year; "results": what was done of the plans
    of that year and before."""
    plans = list(product.plans.filter(year__lte=year + 1))
    ahead = next((text for plan in plans if (text := plan_text(plan))), "")
    done = [f"Năm {plan.year}: {plan.done}" for plan in plans if plan.done.strip()]
    return {"plan": ahead, "results": "\n".join(done)}

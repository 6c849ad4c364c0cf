"""The shop's past campaigns: who got which, and which coupons came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from envoi.hosts.demo.source import Source


def campaigns(source: Source) -> pa.Table:
    """A row a campaign and household that got it, at the day it began; days are those of the shop's clock."""
    received = source.read("campaigns")
    described = source.read("campaign_descriptions")
    which = described.take(pc.index_in(received["campaign_id"], described["campaign_id"]))
    sent = pa.table(
        {
            "id": _joined(received["campaign_id"], received["household_id"]),
            "user_id": received["household_id"].cast(pa.string()),
            "at": which["start_date"].cast(pa.timestamp("us")),
            "campaign_id": received["campaign_id"].cast(pa.string()),
            "campaign_type": which["campaign_type"],
            "ends_on": pc.strftime(which["end_date"], "%Y-%m-%d"),
        }
    )
    return sent.sort_by([("at", "ascending"), ("id", "ascending")])


def coupons(source: Source) -> pa.Table:
    """A row a coupon that came back, at its day."""
    redeemed = source.read("coupon_redemptions").sort_by(
        [(name, "ascending") for name in ("redemption_date", "household_id", "campaign_id", "coupon_upc")]
    )
    keys = _joined(redeemed["household_id"], redeemed["campaign_id"], redeemed["coupon_upc"])
    days = pc.strftime(redeemed["redemption_date"], "%Y%m%d")
    return pa.table(
        {
            "id": pc.binary_join_element_wise(keys, days, "-"),
            "user_id": redeemed["household_id"].cast(pa.string()),
            "at": redeemed["redemption_date"].cast(pa.timestamp("us")),
            "coupon_id": redeemed["coupon_upc"].cast(pa.string()),
            "campaign_id": redeemed["campaign_id"].cast(pa.string()),
        }
    )


def _joined(*keys: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(key.cast(pa.string()) for key in keys), "-")

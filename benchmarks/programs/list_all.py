"""The least that writes all messages as CSV with httpx: page after page until there are no more."""

import csv
import os
import sys

import httpx

with httpx.Client(headers={"Authorization": f"Bearer {os.environ['WACR_TOKEN']}"}) as client:
    writer = None
    page, has_more = 1, True
    while has_more:
        response = client.get(f"{os.environ['WACR_API_URL']}/messages", params={"page": page, "per_page": 100})
        body = response.raise_for_status().json()
        if writer is None:
            writer = csv.DictWriter(sys.stdout, body["data"][0])
            writer.writeheader()
        writer.writerows(body["data"])
        page, has_more = page + 1, body["meta"]["pagination"]["has_more"]

"""Generator of the sample workspace: `python -m scripts.sample` writes `wacr_cli/sandbox/sample.json.gz`."""

"""Shares: links that let others download or upload, decided anew at each use."""

"""As much of Cloud Storage as tuning needs: its JSON API, written from the published documentation alone.

Sources: the reference of the JSON API (buckets, objects, status codes), the guides on resumable uploads, on request
preconditions and on hashes. Where the guides are silent, the texts of errors are those that users have published.
"""

"""The rules that look at every text and every manifest: what `validate` runs, beyond what each plan checks."""

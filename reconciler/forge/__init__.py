"""Comments on pull requests: of GitHub and of GitLab, in the few REST calls that they take."""

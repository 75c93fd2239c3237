"""What users do with their own account: read, change, export and delete it."""

"""The workbook that goes to the client: written from a folder, read back into one."""

"""A client's own notebooks: `client_data/<client>/notebooks/*.ipynb`, run after the chapters, printed among them."""

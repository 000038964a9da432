"""The seven analyses. A chapter is a pure function: client and facts in, one result out."""

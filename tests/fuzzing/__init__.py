"""Send the same requests to several servers, and compare what comes."""

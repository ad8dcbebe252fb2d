"""The words of the trade as frozen values, enums, errors and ports, with no knowledge of any tool."""

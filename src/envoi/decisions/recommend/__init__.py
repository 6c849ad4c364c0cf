"""Recommendations: which products to show one person, each with the reason a person would understand."""

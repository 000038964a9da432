"""A model that labels failing outputs or grades answers by a rubric."""

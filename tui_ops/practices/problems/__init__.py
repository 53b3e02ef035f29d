"""Problems and known errors: what stands behind incidents."""

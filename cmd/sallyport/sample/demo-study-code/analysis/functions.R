library(dplyr)

# Counts of 7 and fewer are redacted; what is left is rounded to the nearest 5.
redact <- function(n, threshold = 7) {
  if_else(n > 0 & n <= threshold, NA_real_, as.numeric(n))
}

round5 <- function(n) {
  5 * round(n / 5)
}

disclose <- function(n) {
  round5(redact(n))
}

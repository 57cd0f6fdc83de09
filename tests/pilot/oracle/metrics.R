# The values that tests/pilot/test_metrics_methods.py holds the survival methods to: Kalbfleisch and Prentice's veterans' lung
# cancer trial (137 patients), as package survival has it, in days and in weeks of thirty days, which are tied and begin at 0.
#   Rscript tests/pilot/oracle/metrics.R > tests/pilot/oracle/metrics.json
# R 4.2.2, survival 3.5-3. Numbers are printed so that they are read back as they were.
suppressMessages(library(survival))
number <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
row <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
texts <- function(x) paste0("[", paste0('"', x, '"', collapse = ", "), "]")
rows <- function(m) paste0("[", paste(apply(m, 1, row), collapse = ", "), "]")
field <- function(name, value) paste0('"', name, '": ', value)
object <- function(...) paste0("{", paste(c(...), collapse = ",\n "), "}")

told <- function(time) {
  v <- survival::veteran
  v$time <- time
  v$first <- v$trt == 2
  fit <- survfit(Surv(time, status) ~ 1, data = v, conf.type = "log-log")
  at <- c(0, 1, 2, 5, 30, 90, 365, 5000)
  kept <- summary(fit, times = at, extend = TRUE)
  test <- survdiff(Surv(time, status) ~ first, data = v)
  v$row <- seq_along(time)
  close <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
  cox <- coxph(Surv(time, status) ~ first + karno + age, v, ties = "efron", cluster = celltype, control = close)
  alone <- coxph(Surv(time, status) ~ first + karno + age, v, ties = "efron", cluster = row, control = close)
  object(
    field("time", row(v$time)), field("status", row(v$status)), field("first", row(v$first)),
    field("karno", row(v$karno)), field("age", row(v$age)), field("cluster", texts(v$celltype)),
    field("horizons", row(at)),
    field("cumulative", row(1 - kept$surv)), field("lo", row(1 - kept$upper)), field("hi", row(1 - kept$lower)),
    field("n_risk", row(sapply(at, function(t) sum(v$time >= t)))),
    field("logrank", row(c(test$chisq, pchisq(test$chisq, 1, lower.tail = FALSE)))),
    field("coef", row(coef(cox))), field("se_model", row(sqrt(diag(cox$naive.var)))),
    field("se_robust", row(sqrt(diag(vcov(cox))))), field("se_row", row(sqrt(diag(vcov(alone)))))
  )
}

v <- survival::veteran
wilson <- function(num, den) c(num, den, prop.test(num, den, correct = FALSE)$conf.int)
cat(object(
  field("days", told(v$time)), field("thirties", told(floor(v$time / 30))),
  field("wilson", rows(rbind(wilson(81, 263), wilson(1, 29), wilson(15, 148), wilson(56, 70))))
), "\n", sep = "")

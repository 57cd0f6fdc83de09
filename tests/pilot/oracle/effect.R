# Values that the effect's functions are held to, by R 4.2 with clubSandwich 0.5.8, sandwich 3.0.2, metafor 3.8.1.
# From the repository's root:  Rscript tests/pilot/oracle/effect.R > tests/pilot/oracle/effect.json
# mortality.csv is MortalityRates of clubSandwich (deaths in motor vehicles, Angrist and Pischke 2014), bcg.csv dat.bcg of metafor
# (Colditz and others 1994); panel.csv was drawn by chance.
suppressMessages({library(clubSandwich); library(sandwich); library(metafor)})
here <- "tests/pilot/oracle"
out <- list()
say <- function(name, ...) out[[name]] <<- c(...)

# -- the headline, on a panel with holes
d <- read.csv(file.path(here, "panel.csv"))
d$y <- d$signups / d$registrations
d$c <- factor(d$centre); d$m <- factor(d$month)
f <- lm(y ~ c + m + treated, data = d, weights = registrations)
v2 <- vcovCR(f, cluster = d$c, type = "CR2")            # target: identity; inverse_var: FALSE, as there are weights
t2 <- coef_test(f, vcov = v2, test = "Satterthwaite")["treated", ]
say("panel_att", unname(coef(f)["treated"]))
say("panel_cr1s", unname(sqrt(vcovCL(f, cluster = d$c, type = "HC1")["treated", "treated"])))
say("panel_cr1s_club", unname(sqrt(vcovCR(f, cluster = d$c, type = "CR1S")["treated", "treated"])))
say("panel_cr2", t2$SE); say("panel_df", t2$df); say("panel_p", t2$p_Satt)

# -- the event study: -1 the reference, -6 and before and 12 and after put together
k <- pmin(pmax(d$month - d$first_live_month, -6), 12)
d$k <- relevel(factor(ifelse(is.na(k), -1, k)), ref = "-1")
e <- lm(y ~ c + m + k, data = d, weights = registrations)
ve <- vcovCR(e, cluster = d$c, type = "CR2")
te <- coef_test(e, vcov = ve, test = "Satterthwaite")
named <- grep("^k", rownames(te), value = TRUE)
say("event_months", as.numeric(sub("^k", "", named)))
say("event_estimates", te[named, "beta"]); say("event_se", te[named, "SE"]); say("event_df", te[named, "df_Satt"])
before <- named[as.numeric(sub("^k", "", named)) < 0]
w <- Wald_test(e, constraints = constrain_zero(before), vcov = ve, test = "HTZ")
say("event_before_F", w$Fstat); say("event_before_df", w$df_denom); say("event_before_p", w$p_val)
two <- Wald_test(e, constraints = constrain_zero(before[1:2]), vcov = ve, test = "HTZ")
say("event_two_names", as.numeric(sub("^k", "", before[1:2]))); say("event_two_p", two$p_val)

# -- group and time against not yet live, one regression for each; jackknife over centres
average <- function(d) {
  start <- ifelse(is.na(d$first_live_month), Inf, d$first_live_month)
  total <- 0; weight <- 0
  for (g in sort(unique(start[is.finite(start)]))) for (t in sort(unique(d$month[d$month >= g]))) {
    s <- d[(start == g | start > t) & (d$month < g | d$month == t), ]
    s$here <- as.numeric(ifelse(is.na(s$first_live_month), Inf, s$first_live_month) == g & s$month == t)
    if (sum(s$here) == 0 || sum(s$month == t & s$here == 0) == 0) next
    b <- coef(lm(y ~ factor(centre) + factor(month) + here, data = s, weights = registrations))["here"]
    n <- sum(s$registrations[s$here == 1])
    total <- total + b * n; weight <- weight + n
  }
  unname(total / weight)
}
jack <- sapply(unique(d$centre), function(c) average(d[d$centre != c, ]))
say("group_att", average(d))
say("group_se", sqrt((length(jack) - 1) / length(jack) * sum((jack - mean(jack))^2)))

# -- a published panel, with two effects, without weights and weighted by population
m <- read.csv(file.path(here, "mortality.csv"))
for (case in c("plain", "weighted")) {
  m$w <- if (case == "plain") 1 else m$pop
  # Weights of 1 are given too, so that both go the way of weighted regression.
  g <- lm(mrate ~ factor(state) + factor(year) + beertaxa + legal, data = m, weights = w)
  tm <- coef_test(g, vcov = vcovCR(g, cluster = m$state, type = "CR2"), test = "Satterthwaite")[c("beertaxa", "legal"), ]
  say(paste0("mortality_", case, "_beta"), tm$beta); say(paste0("mortality_", case, "_se"), tm$SE)
  say(paste0("mortality_", case, "_df"), tm$df); say(paste0("mortality_", case, "_p"), tm$p_Satt)
  say(paste0("mortality_", case, "_cr1s"), sqrt(diag(vcovCL(g, cluster = m$state, type = "HC1")))[c("beertaxa", "legal")])
}

# -- power: generalised least squares with the whole covariance written out, unequal cells of the panel
grid <- merge(expand.grid(centre = levels(d$c), month = levels(d$m)), d[, c("centre", "month", "registrations", "first_live_month")],
              all.x = TRUE, by = c("centre", "month"))
grid <- grid[!is.na(grid$registrations), ]
grid <- grid[order(grid$centre, as.numeric(as.character(grid$month))), ]
grid$live <- as.numeric(!is.na(grid$first_live_month) & as.numeric(as.character(grid$month)) >= grid$first_live_month)
gls <- function(sd, icc) {
  x <- model.matrix(~ factor(month) + live, grid)
  v <- sd^2 * icc * outer(grid$centre, grid$centre, "==") + diag(sd^2 * (1 - icc) / grid$registrations)
  solve(t(x) %*% solve(v, x))["live", "live"]
}
say("power_variance", gls(0.48, 0.03), gls(0.48, 0), gls(0.3, 0.2))
# Hussey and Hughes (2007), equation 8, 24 centres in 4 steps of 6 after one month, 100 families in each cell
closed <- function(X, cell, tau2) {
  I <- nrow(X); T <- ncol(X); U <- sum(X); W <- sum(colSums(X)^2); V <- sum(rowSums(X)^2)
  I * cell * (cell + T * tau2) / ((I * U - W) * cell + (U^2 + I * T * U - T * W - I * V) * tau2)
}
X <- t(sapply(1:24, function(i) as.numeric(0:4 >= 1 + (i - 1) %/% 6)))
say("power_closed", closed(X, 0.05 * 0.95 * 0.97 / 100, 0.05 * 0.95 * 0.03))

# -- the intraclass correlation of the cells not live, family by family
idle <- d[d$treated == 0, ]
long <- data.frame(y = unlist(mapply(function(n, s) c(rep(1, s), rep(0, n - s)), idle$registrations, idle$signups)),
                   c = rep(idle$centre, idle$registrations))
a <- anova(lm(y ~ factor(c), data = long)); n <- table(long$c)
n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
say("icc", (a[1, 3] - a[2, 3]) / (a[1, 3] + (n0 - 1) * a[2, 3])); say("icc_rate", mean(long$y))

# -- pooling: risk differences, REML, Hartung and Knapp
b <- read.csv(file.path(here, "bcg.csv"))
pool <- function(b, name) {
  e <- escalc("RD", ai = pilot_signups, n1i = pilot_registrations, ci = comp_signups, n2i = comp_registrations, data = b, add = 0, to = "none")
  r <- rma(yi, vi, data = e, method = "REML", test = "knha", control = list(threshold = 1e-14, maxiter = 10000, stepadj = .5))
  p <- predict(r)
  say(name, r$beta[1], r$ci.lb, r$ci.ub, r$tau2, p$pi.lb, p$pi.ub, r$I2 / 100, r$k)
  r
}
r <- pool(b, "bcg")
say("bcg_without", leave1out(r)$estimate)
say("bcg_without_lo", leave1out(r)$ci.lb)
invisible(pool(b[c(1, 3), ], "bcg_two"))
even <- data.frame(pilot_signups = c(41, 62, 80), pilot_registrations = c(100, 150, 200), comp_signups = c(30, 46, 61), comp_registrations = c(100, 150, 200))
invisible(pool(even, "even"))

cat("{\n")
cat(paste0('"', names(out), '": [', sapply(out, function(v) paste(sprintf("%.17g", v), collapse = ", ")), "]", collapse = ",\n"))
cat("\n}\n")

package checks

import "testing"

// What programs print of curves and models, and what of it looks alike.
func TestPrintedCurves(t *testing.T) {
	finds(t, "survival", []finding{
		{name: "survfit of R", file: "a.txt", text: "Call: survfit(formula = Surv(time, status) ~ 1)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n    5    228       1    0.9956 0.00438       0.9871        1.000\n   11    227       3    0.9825 0.00869       0.9656        1.000\n   12    224       1    0.9781 0.00970       0.9592        0.997\n", want: []string{"medium survival 5,6"}},
	})
	finds(t, "low-counts", []finding{
		{name: "survfit of R", file: "a.txt", text: "Call: survfit(formula = Surv(time, status) ~ 1)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n    5    228       1    0.9956 0.00438       0.9871        1.000\n   11    227       3    0.9825 0.00869       0.9656        1.000\n   12    224       1    0.9781 0.00970       0.9592        0.997\n", want: []string{"high n.event 4,5,6"}},
		{name: "sts list of Stata", file: "a.log", text: ". sts list\n\n         failure _d:  died\n   analysis time _t:  studytime\n\n           Beg.          Net            Survivor      Std.\n  Time    Total   Fail   Lost           Function     Error     [95% Conf. Int.]\n-------------------------------------------------------------------------------\n     1      480      2      0             0.9583    0.0288     0.8435    0.9894\n     2      460      1      0             0.9375    0.0349     0.8186    0.9794\n     3      450      1      0             0.9167    0.0399     0.7930    0.9679\n-------------------------------------------------------------------------------\n", want: []string{"high Fail 9,10,11"}},
	})
}

func TestPrintedModels(t *testing.T) {
	finds(t, "models", []finding{
		{name: "an analysis of variance", text: "term,df,sumsq,meansq,statistic,p.value\ngroup,2,120.1,60.05,12.31,0.0076\nResiduals,6,29.3,4.88,NA,NA\n", want: []string{"medium 3"}},
		{name: "esttab", text: ",(1),(2)\n,price,price\nmpg,-238.9,-49.5\n,(53.08),(86.16)\nN,74,6\nr2,0.22,1\n", want: []string{"high 5", "medium 6"}},
		{name: "stargazer", file: "a.txt", text: "==============================\n               Model 1  Model 2\n------------------------------\nage               1.20     1.31\n                 (0.1)    (0.2)\nObservations       410        5\nR-squared        0.412    1.000\n==============================\n", want: []string{"high 6"}},
		{name: "glance of broom", text: "r.squared,adj.r.squared,sigma,statistic,p.value,df,logLik,AIC,BIC,deviance,df.residual,nobs\n0.83,0.82,2.59,89.3,1e-10,2,-75,157,163,195,29,32\n"},
		{name: "a test between groups", file: "a.log", text: "Call:\nsurvdiff(formula = Surv(time, status) ~ sex, data = d)\n\n          N Observed Expected (O-E)^2/E (O-E)^2/V\nsex=1 13800     1120     916      4.55      10.3\nsex=2  9000      530     734      5.68      10.3\n\n Chisq= 10.3  on 1 degrees of freedom, p= 0.001 \nLikelihood ratio test= 10.6  on 1 df,   p=0.001\nNumber of groups  = 5\n"},
		{name: "a table of tests", text: "test,chi,dof,p\na,4.10,1,0.04\nb,6.21,2,0.05\nc,7.3,3,0.01\nd,9.1,4,.2\ne,11.3,5,.3\nf,12.1,6,.3\n"},
	})
	finds(t, "people", []finding{
		{name: "a table of tests", text: "test,chi2,df,p\na,4.10,1,0.04\nb,6.21,2,0.05\nc,7.3,3,0.01\nd,9.1,4,.2\ne,11.3,5,.3\nf,12.1,6,.3\n"},
		{name: "a table of tests, by another name", text: "test,chi,dof,p\na,4.10,1,0.04\nb,6.21,2,0.05\nc,7.3,3,0.01\nd,9.1,4,.2\ne,11.3,5,.3\nf,12.1,6,.3\n"},
		{name: "practices", text: "practice_id,region,list_size,date\n1001,North,5013,2021-01-02\n1002,North,5026,2021-01-03\n1003,North,5039,2021-01-04\n1004,North,5052,2021-01-05\n1005,North,5065,2021-01-06\n1006,North,5078,2021-01-07\n1007,North,5091,2021-01-08\n1008,North,5104,2021-01-09\n1009,North,5117,2021-01-10\n1010,North,5130,2021-01-11\n1011,North,5143,2021-01-12\n1012,North,5156,2021-01-13\n1013,North,5169,2021-01-14\n1014,North,5182,2021-01-15\n1015,North,5195,2021-01-16\n1016,North,5208,2021-01-17\n1017,North,5221,2021-01-18\n1018,North,5234,2021-01-19\n1019,North,5247,2021-01-20\n1020,North,5260,2021-01-21\n1021,North,5273,2021-01-22\n1022,North,5286,2021-01-23\n1023,North,5299,2021-01-24\n1024,North,5312,2021-01-25\n1025,North,5325,2021-01-26\n1026,North,5338,2021-01-27\n1027,North,5351,2021-01-28\n1028,North,5364,2021-01-01\n1029,North,5377,2021-01-02\n1030,North,5390,2021-01-03\n1031,North,5403,2021-01-04\n1032,North,5416,2021-01-05\n1033,North,5429,2021-01-06\n1034,North,5442,2021-01-07\n1035,North,5455,2021-01-08\n1036,North,5468,2021-01-09\n1037,North,5481,2021-01-10\n1038,North,5494,2021-01-11\n1039,North,5507,2021-01-12\n1040,North,5520,2021-01-13\n"},
	})
}

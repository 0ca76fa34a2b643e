package locale

import (
	"sync"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_AU"
	"github.com/go-playground/locales/en_CA"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_IE"
	"github.com/go-playground/locales/en_IN"
	"github.com/go-playground/locales/en_NZ"
	"github.com/go-playground/locales/en_US"
	"github.com/go-playground/locales/en_ZA"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/es_419"
	"github.com/go-playground/locales/es_AR"
	"github.com/go-playground/locales/es_BO"
	"github.com/go-playground/locales/es_CL"
	"github.com/go-playground/locales/es_CO"
	"github.com/go-playground/locales/es_CR"
	"github.com/go-playground/locales/es_CU"
	"github.com/go-playground/locales/es_DO"
	"github.com/go-playground/locales/es_EC"
	"github.com/go-playground/locales/es_ES"
	"github.com/go-playground/locales/es_GT"
	"github.com/go-playground/locales/es_HN"
	"github.com/go-playground/locales/es_MX"
	"github.com/go-playground/locales/es_NI"
	"github.com/go-playground/locales/es_PA"
	"github.com/go-playground/locales/es_PE"
	"github.com/go-playground/locales/es_PR"
	"github.com/go-playground/locales/es_PY"
	"github.com/go-playground/locales/es_SV"
	"github.com/go-playground/locales/es_US"
	"github.com/go-playground/locales/es_UY"
	"github.com/go-playground/locales/es_VE"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/pt_AO"
	"github.com/go-playground/locales/pt_BR"
	"github.com/go-playground/locales/pt_MZ"
	"github.com/go-playground/locales/pt_PT"
)

// translators make the tables of each locale when it is first used: they are large.
func translators() map[string]func() locales.Translator {
	m := map[string]func() locales.Translator{}
	for name, build := range map[string]func() locales.Translator{
		"en":     en.New,
		"en_AU":  en_AU.New,
		"en_CA":  en_CA.New,
		"en_GB":  en_GB.New,
		"en_IE":  en_IE.New,
		"en_IN":  en_IN.New,
		"en_NZ":  en_NZ.New,
		"en_US":  en_US.New,
		"en_ZA":  en_ZA.New,
		"es":     es.New,
		"es_419": es_419.New,
		"es_AR":  es_AR.New,
		"es_BO":  es_BO.New,
		"es_CL":  es_CL.New,
		"es_CO":  es_CO.New,
		"es_CR":  es_CR.New,
		"es_CU":  es_CU.New,
		"es_DO":  es_DO.New,
		"es_EC":  es_EC.New,
		"es_ES":  es_ES.New,
		"es_GT":  es_GT.New,
		"es_HN":  es_HN.New,
		"es_MX":  es_MX.New,
		"es_NI":  es_NI.New,
		"es_PA":  es_PA.New,
		"es_PE":  es_PE.New,
		"es_PR":  es_PR.New,
		"es_PY":  es_PY.New,
		"es_SV":  es_SV.New,
		"es_US":  es_US.New,
		"es_UY":  es_UY.New,
		"es_VE":  es_VE.New,
		"pt":     pt.New,
		"pt_AO":  pt_AO.New,
		"pt_BR":  pt_BR.New,
		"pt_MZ":  pt_MZ.New,
		"pt_PT":  pt_PT.New,
	} {
		m[name] = sync.OnceValue(build)
	}
	return m
}

package reading

// Decimals is how many decimals amounts in a currency have, by its ISO 4217 code: 2 for EUR, 0 for CLP.
func Decimals(currency string) int { return decimalsOf(currency) }

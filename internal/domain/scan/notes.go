package scan

import "strconv"

// note is what somebody reads who brought malware.
func note(f Finding) string {
	name := "The file you sent"
	if f.Name != "" {
		name = "The file " + strconv.QuoteToGraphic(f.Name)
	}
	if f.Later {
		return name + " was found to contain malware (" + f.Signature + ") after you had sent it. It was taken away from " +
			"everybody who had it.\n\nPlease check the device that it came from."
	}
	return name + " was not sent: it contains malware (" + f.Signature + ").\n\nPlease check the device that it came from."
}

/* Prints each event of a file as a line of JSON, with libical; fails where its check of the standard finds a fault. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static void print_text(const char *name, const char *text) {
    printf("\"%s\": \"", name);
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at; at++) {
        if (*at == '"' || *at == '\\' || *at < 0x20) {
            printf("\\u%04x", *at);
        } else {
            putchar(*at);
        }
    }
    printf("\"");
}

static void print_time(const char *name, struct icaltimetype at) {
    if (at.is_date) {
        printf("\"%s\": \"%04d-%02d-%02d\"", name, at.year, at.month, at.day);
    } else if (!icaltime_is_utc(at)) {
        fprintf(stderr, "not in UTC: %s\n", icaltime_as_ical_string(at));
        exit(1);
    } else {
        printf("\"%s\": \"%04d-%02d-%02dT%02d:%02d:%02dZ\"", name, at.year, at.month, at.day, at.hour, at.minute, at.second);
    }
}

static char *contents_of(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(1);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) exit(1);
    fclose(file);
    return text;
}

int main(int count, char **words) {
    if (count != 2) return 2;
    icalcomponent *calendar = icalparser_parse_string(contents_of(words[1]));
    if (!calendar) {
        fprintf(stderr, "no calendar\n");
        return 1;
    }
    if (icalcomponent_count_errors(calendar) > 0 || !icalrestriction_check(calendar)) {
        fprintf(stderr, "against the standard:\n%s\n", icalcomponent_as_ical_string(calendar));
        return 1;
    }
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        icalproperty *status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
        icalproperty *url = icalcomponent_get_first_property(event, ICAL_URL_PROPERTY);
        printf("{");
        print_text("uid", icalcomponent_get_uid(event));
        printf(", ");
        print_time("start", icalcomponent_get_dtstart(event));
        printf(", ");
        print_time("end", icalcomponent_get_dtend(event));
        printf(", \"sequence\": \"%d\", ", icalcomponent_get_sequence(event));
        print_text("status", status ? icalproperty_get_value_as_string(status) : "");
        printf(", ");
        print_text("summary", icalcomponent_get_summary(event));
        printf(", ");
        print_text("description", icalcomponent_get_description(event));
        printf(", ");
        print_text("location", icalcomponent_get_location(event));
        printf(", ");
        print_text("url", url ? icalproperty_get_url(url) : "");
        printf("}\n");
    }
    return 0;
}

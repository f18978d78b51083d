/** Given and family names that are common somewhere. Whoever bears one of the combinations is not meant. */
export interface NamePool {
  readonly first: ReadonlyArray<string>;
  readonly last: ReadonlyArray<string>;
}

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/);

export const NAMES = {
  english: {
    first: words(`Amelia Oliver Grace Henry Isla Arthur Ruby Theodore Hazel Jasper Nora Felix Martha Edgar Ivy
      Rowan Beatrice Miles Phoebe Callum`),
    last: words(`Ashworth Bennett Carver Dalton Ellery Fairchild Garrick Holloway Ingram Langley Merritt O'Brien
      Pembroke Radcliffe Sinclair Thornbury Underwood Whitlock Yardley Fletcher`),
  },
  german: {
    first:
      words(`Anneliese Bastian Clara Dietrich Elke Florian Greta Henning Ilse Jürgen Katrin Lennart Mathilde
      Norbert Ottilie Rüdiger Sabine Till Ulrike Volker`),
    last: words(`Albrecht Brückner Dorn Eichhorn Falkenberg Gruber Hölzer Jäger Kessler Lindner Möller Neumann
      Oswald Pfeiffer Reinhardt Schäfer Thoma Ullrich Vogel Weiß`),
  },
  french: {
    first:
      words(`Adèle Bastien Camille Damien Élodie Fabrice Gaëlle Hugo Inès Julien Léonie Mathieu Noémie Océane
      Pascal Rémi Solène Théo Valentine Yann`),
    last: words(`Aubert Bellamy Chevalier Delacroix Estève Fontaine Garnier Hébert Jourdain Lefèvre Marchand Noël
      Perrin Quentin Rousselot Saunier Tessier Vasseur Moreau Blanchet`),
  },
  spanish: {
    first:
      words(`Alba Benito Carmen Diego Elena Fermín Gloria Héctor Inés Joaquín Lucía Martín Nuria Óscar Paloma
      Ramón Sofía Tomás Ximena Íñigo`),
    last: words(`Aranda Benítez Cordero Delgado Escobar Fuentes Galindo Herrera Ibáñez Jurado Lozano Montoya Núñez
      Ortega Peñalver Quintana Robledo Serrano Valverde Zamora`),
  },
  japanese: {
    first:
      words(`Akari Daichi Emi Fumiko Haruto Ichika Kaori Kenta Mei Naoki Reiko Ryota Sakura Sora Takumi Umeko
      Wakana Yui Yuto Hina`),
    last: words(`Aoyama Fujimori Hayashi Ishikawa Kobayashi Kuroda Matsuda Miyazaki Nakamura Nishida Okada Sakamoto
      Shimizu Takeda Tanaka Ueno Wada Yamaguchi Yoshida Hoshino`),
  },
  arabic: {
    first:
      words(`Amal Bilal Dalia Farid Hanan Idris Jamila Khalid Layla Mazen Nadia Omar Rania Salim Tariq Widad
      Yasmin Zaid Huda Karim`),
    last: words(`Al-Amiri Al-Bahar Al-Fahad Al-Ghanim Al-Harbi Al-Jaber Al-Kandari Al-Mutawa Al-Nasser Al-Qattan
      Al-Rashid Al-Sabti Al-Tamimi Al-Wazzan Al-Zaabi Haddad Khoury Mansour Najjar Saleh`),
  },
  indian: {
    first:
      words(`Aarav Bhavna Chetan Devika Esha Gautam Harini Ishaan Jaya Kavya Lakshmi Manish Nikhil Pooja Rohan
      Sanjana Tanvi Uday Vikram Zara`),
    last: words(`Agarwal Banerjee Chopra Desai Iyer Joshi Kulkarni Mehta Nair Patel Qureshi Rao Saxena Thakur Verma
      Yadav Bhatt Ghosh Menon Reddy`),
  },
  westAfrican: {
    first:
      words(`Abena Babajide Chiamaka Efua Femi Folake Ifeoma Kofi Kwame Mariama Ngozi Obinna Sade Temitope
      Uche Yaw Zainab Adaeze Kojo Amara`),
    last: words(`Adeyemi Agyeman Balogun Boateng Chukwu Diallo Eze Keita Mensah Nwosu Obi Okafor Okonkwo Owusu
      Quaye Sarpong Touré Traoré Uzoma Yeboah`),
  },
  eastAsian: {
    first:
      words(`Bao Chau Duc Hana Huong Jia Jiho Kim Lan Linh Mei-Ling Minh Seo-yeon Thu Tuan Wei Xin Yan Yuna
      Zhen`),
    last: words(`Bui Chen Dang Duong Gao Han Hoang Huang Kang Liang Lim Ngô Nguyễn Park Phạm Song Tran Wu Yoon
      Zhao`),
  },
  slavic: {
    first: words(`Agnieszka Bogdan Danuta Dragan Ewa Goran Hanna Ivana Jaroslav Katarzyna Ljubica Marek Milena
      Oksana Pavel Radomir Stanisław Vesna Wojciech Zofia`),
    last: words(`Babić Dvořák Horvat Jankowska Kovač Kowalczyk Lisowski Marković Nováček Ostrowski Petrović
      Rybak Sokolova Tkachenko Urban Vuković Wiśniewska Zelenka Zieliński Bondar`),
  },
} as const satisfies Readonly<Record<string, NamePool>>;

export type Culture = keyof typeof NAMES;
